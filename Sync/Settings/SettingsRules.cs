using S3Sync.Storage;
using S3Sync.Sync.Voice;

namespace S3Sync.Sync.Settings;

/// <summary>What the pipeline and the bucket are told of the settings.</summary>
static class SettingsRules
{
    // Requests of no upload need no slot; the other number may change while the run goes on.
    const int MostConnections = Slots.Largest + 16;

    public static BucketOptions ToBucketOptions(this Settings settings) =>
        new(settings.Endpoint, Rules.IsAws(settings.Endpoint), settings.Region, settings.Checksum, MostConnections)
        {
            CaFile = settings.CaFile,
            CustomerKeyFile = settings.SseCKeyFile,
            Owner = settings.ExpectedBucketOwner,
            Variant = settings.Way.Variant,
            VirtualHost = settings.Way.VirtualHost,
            Compat = settings.Way.Compat,
            Proxy = settings.Way.Proxy,
            AllowHttp = settings.AllowHttp,
            OnlyTls13 = settings.Way.OnlyTls13,
            ConnectTimeout = settings.Way.ConnectTimeout,
            RequestTimeout = settings.Way.RequestTimeout,
            Whose = settings.Whose,
        };

    public static LogRules ToLogRules(this Settings settings) =>
        new(settings.LogLevel, settings.Quiet, settings.LogJson, settings.LogFile, settings.LogFileSize, settings.LogFiles);

    public static PipelineRules ToRules(this Settings settings) => new()
    {
        Roots = settings.Roots,
        Quiet = settings.WatcherInterval,
        Unsure = settings.UnsureInterval,
        Rescan = settings.RescanInterval,
        PartSize = (int)settings.UploadPartSize,
        BufferMemory = settings.BufferMemory,
        Uploaders = settings.UploaderThreads,
        Keep = settings.Keep,
        Bandwidth = settings.Bandwidth,
        Order = settings.Order,
        KeepFor = settings.KeepFor,
        KeepFree = settings.KeepFree,
        DeleteLimits = new(settings.StopFile, settings.DeleteLimit),
        RemoveEmpty = settings.RemoveEmpty,
        ForgetAfter = settings.ForgetAfter,
        AcceptUnproven = settings.AcceptUnproven,
        Once = settings.Once,
        Patience = settings.Patience,
        Grace = settings.Grace,
        OtherLimits = [(VitalNames.WatchBuffer, settings.WatchBuffer), .. settings.LogFile is null ? [] : ((string, long)[])[(VitalNames.LogFile, settings.LogFileSize), (VitalNames.LogFiles, settings.LogFiles)]],
    };
}
