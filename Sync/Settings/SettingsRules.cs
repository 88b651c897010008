namespace S3Sync.Sync.Settings;

/// <summary>What the pipeline is told of the settings.</summary>
static class SettingsRules
{
    public static PipelineRules ToRules(this Settings settings) => new()
    {
        Roots = settings.Roots,
        Quiet = settings.WatcherInterval,
        Rescan = settings.RescanInterval,
        PartSize = (int)settings.UploadPartSize,
        BufferMemory = settings.BufferMemory,
        Uploaders = settings.UploaderThreads,
        Keep = settings.Keep,
        AcceptUnproven = settings.AcceptUnproven,
        Once = settings.Once,
        Patience = settings.Patience,
        Grace = settings.Grace,
    };
}
