using Microsoft.Extensions.Logging;
using ZLogger;

namespace S3Sync.Sync;

/// <summary>Every line the program logs, in one place, so that wording stays one. Names are passed through <see cref="Shown"/> by the caller.</summary>
static partial class Log
{
    [ZLoggerMessage(LogLevel.Information, "watching {root} for s3://{bucket}/{prefix}")]
    public static partial void Watching(this ILogger log, string root, string bucket, string prefix);

    [ZLoggerMessage(LogLevel.Warning, "{root} cannot be watched: only the scans find files here, until it can be: {error}")]
    public static partial void ScanOnly(this ILogger log, string root, string error);

    [ZLoggerMessage(LogLevel.Warning, "{root}: whether a file there is still being written cannot always be told, as {why}: such a file is taken once it has not changed for {unsure}, unless it was renamed into place; {help}")]
    public static partial void CannotTellWriters(this ILogger log, string root, string why, string unsure, string help);

    [ZLoggerMessage(LogLevel.Warning, "{root} is out of reach: trying again in {delay}: {error}")]
    public static partial void RootUnreachable(this ILogger log, string root, string error, string delay);

    [ZLoggerMessage(LogLevel.Warning, "{root} is gone or can no longer be watched: trying to open it again")]
    public static partial void RootLost(this ILogger log, string root);

    [ZLoggerMessage(LogLevel.Warning, "notifications were lost below {root}: scanning it")]
    public static partial void Overflow(this ILogger log, string root);

    [ZLoggerMessage(LogLevel.Debug, "scanned {directory}: {files} files in {directories} directories")]
    public static partial void Scanned(this ILogger log, string directory, long files, long directories);

    [ZLoggerMessage(LogLevel.Warning, "cannot list {directory}, the next scan tries again: {error}")]
    public static partial void CannotList(this ILogger log, string directory, string error);

    [ZLoggerMessage(LogLevel.Warning, "cannot watch {count} of the directories below {root} ({directory} for one), which are scanned {when}: {error}")]
    public static partial void CannotCover(this ILogger log, string root, int count, string directory, string when, string error);

    [ZLoggerMessage(LogLevel.Information, "all directories below {root} are watched again")]
    public static partial void CoversAgain(this ILogger log, string root);

    [ZLoggerMessage(LogLevel.Warning, "ignored {name}: its name is not valid UTF-8")]
    public static partial void Unnameable(this ILogger log, string name);

    [ZLoggerMessage(LogLevel.Debug, "found {path}")]
    public static partial void Found(this ILogger log, string path);

    [ZLoggerMessage(LogLevel.Information, "left out {path}: {rule}; others that this rule leaves out are said at debug")]
    public static partial void LeavesOut(this ILogger log, string path, string rule);

    [ZLoggerMessage(LogLevel.Debug, "left out {path}: {rule}")]
    public static partial void LeftOut(this ILogger log, string path, string rule);

    [ZLoggerMessage(LogLevel.Debug, "not settled {path}: {error}")]
    public static partial void Unsettled(this ILogger log, string path, string error);

    [ZLoggerMessage(LogLevel.Information, "waits {path}: {error}; it is tried again once others have had their turn")]
    public static partial void StepsAside(this ILogger log, string path, string error);

    [ZLoggerMessage(LogLevel.Debug, "in the bucket {path} as s3://{bucket}/{key}, {bytes} bytes")]
    public static partial void Proven(this ILogger log, string path, string bucket, string key, long bytes);

    [ZLoggerMessage(LogLevel.Information, "uploaded and kept {path} as s3://{bucket}/{key}, {bytes} bytes")]
    public static partial void Kept(this ILogger log, string path, string bucket, string key, long bytes);

    [ZLoggerMessage(LogLevel.Information, "uploaded and deleted {path} as s3://{bucket}/{key}, {bytes} bytes")]
    public static partial void Finished(this ILogger log, string path, string bucket, string key, long bytes);

    [ZLoggerMessage(LogLevel.Information, "{path} is in the bucket already with the same content: adopted s3://{bucket}/{key}")]
    public static partial void Adopted(this ILogger log, string path, string bucket, string key);

    [ZLoggerMessage(LogLevel.Warning, "not uploaded {path}: {error}")]
    public static partial void Vanished(this ILogger log, string path, string error);

    [ZLoggerMessage(LogLevel.Warning, "failed {path}: {error}; attempt {attempt}, next in {delay}")]
    public static partial void Failed(this ILogger log, string path, string error, int attempt, string delay);

    [ZLoggerMessage(LogLevel.Error, "parked {path}: {error}; next attempt in {delay}")]
    public static partial void Parked(this ILogger log, string path, string error, string delay);

    [ZLoggerMessage(LogLevel.Warning, "left alone {path}: a file of this name was uploaded before, and names are not used twice")]
    public static partial void Again(this ILogger log, string path);

    [ZLoggerMessage(LogLevel.Warning, "left alone {path}: it changed after it was uploaded")]
    public static partial void LeftAlone(this ILogger log, string path);

    [ZLoggerMessage(LogLevel.Warning, "the endpoint fails: {error}; uploads rest for {delay}")]
    public static partial void LanePaused(this ILogger log, string error, string delay);

    [ZLoggerMessage(LogLevel.Warning, "{error}; uploads pause for {delay}")]
    public static partial void AtLimit(this ILogger log, string error, string delay);

    [ZLoggerMessage(LogLevel.Warning, "the endpoint still fails after {faults} attempts: {error}")]
    public static partial void LaneStillPaused(this ILogger log, int faults, string error);

    [ZLoggerMessage(LogLevel.Information, "the endpoint answers again; {faults} attempts failed")]
    public static partial void LaneOpened(this ILogger log, int faults);

    [ZLoggerMessage(LogLevel.Information, "at most {uploads} uploads to the bucket {bucket} at the same time now, not {before}: {why}")]
    public static partial void ConcurrencyChanged(this ILogger log, string bucket, int uploads, int before, string why);

    [ZLoggerMessage(LogLevel.Warning, "the bucket {bucket} takes nothing: {error}; its uploads rest for {delay}, those to other buckets go on")]
    public static partial void BucketPaused(this ILogger log, string bucket, string error, string delay);

    [ZLoggerMessage(LogLevel.Information, "the bucket {bucket} can be used again; {faults} attempts failed")]
    public static partial void BucketOpened(this ILogger log, string bucket, int faults);

    [ZLoggerMessage(LogLevel.Warning, "nothing is deleted for now: {error}")]
    public static partial void DeletionSuspended(this ILogger log, string error);

    [ZLoggerMessage(LogLevel.Warning, "nothing is deleted below {root} for now: {error}; {hint}")]
    public static partial void RootSuspended(this ILogger log, string root, string error, string hint);

    [ZLoggerMessage(LogLevel.Information, "{root} is as it was: its files are deleted again, after {held}")]
    public static partial void RootIsBack(this ILogger log, string root, string held);

    [ZLoggerMessage(LogLevel.Warning, "nothing is {done} below {root} for now, its files wait and one is tried now and then: {error}")]
    public static partial void VolumeFails(this ILogger log, string root, string done, string error);

    [ZLoggerMessage(LogLevel.Information, "the volume of {root} works again: its files are {done}, after {held}")]
    public static partial void VolumeWorks(this ILogger log, string root, string done, string held);

    [ZLoggerMessage(LogLevel.Warning, "{root} has not answered for {silent}: nothing of it is found, uploaded or deleted until it does, other volumes go on; look at its disk, or at the server of its share")]
    public static partial void RootSilent(this ILogger log, string root, string silent);

    [ZLoggerMessage(LogLevel.Information, "{root} answers again, after {silent}: what waits there has its turn")]
    public static partial void RootAnswers(this ILogger log, string root, string silent);

    [ZLoggerMessage(LogLevel.Warning, "{root} is another volume or directory than in the last run: what was uploaded before is read again before it is deleted, and what was found and is not there any more is not uploaded")]
    public static partial void RootIsAnother(this ILogger log, string root);

    [ZLoggerMessage(LogLevel.Warning, "the sentinel {path} stays here: {error}")]
    public static partial void SentinelStays(this ILogger log, string path, string error);

    [ZLoggerMessage(LogLevel.Information, "{path}: the upload goes on, {there} of its {parts} parts are in the bucket")]
    public static partial void UploadResumed(this ILogger log, string path, int there, int parts);

    [ZLoggerMessage(LogLevel.Information, "aborted what was left of a multipart upload to {bucket}/{key}")]
    public static partial void UploadAborted(this ILogger log, string bucket, string key);

    [ZLoggerMessage(LogLevel.Information, "less than {least} bytes are free for {directory}: what is in the bucket makes room, the oldest first")]
    public static partial void MakesRoom(this ILogger log, string directory, long least);

    [ZLoggerMessage(LogLevel.Information, "{least} bytes are free for {directory}: files are kept again")]
    public static partial void HasRoom(this ILogger log, string directory, long least);

    [ZLoggerMessage(LogLevel.Debug, "removed the empty directory {directory}")]
    public static partial void RemovedEmpty(this ILogger log, string directory);

    [ZLoggerMessage(LogLevel.Information, "files are deleted again, after {held}")]
    public static partial void DeletionGoesOn(this ILogger log, string held);

    [ZLoggerMessage(LogLevel.Information, "asked to try again: {count} parked below {root}")]
    public static partial void AskedForParked(this ILogger log, string root, long count);

    [ZLoggerMessage(LogLevel.Information, "asked to try again: {count} file {path}")]
    public static partial void AskedFor(this ILogger log, string path, long count);

    [ZLoggerMessage(LogLevel.Information, "{verb} requested below {path}: {count} files")]
    public static partial void OperatorAsked(this ILogger log, string verb, string path, long count);

    [ZLoggerMessage(LogLevel.Warning, "kept {path}: {error}; s3sync asks the bucket again in {delay}")]
    public static partial void KeptUnconfirmed(this ILogger log, string path, string error, string delay);

    [ZLoggerMessage(LogLevel.Debug, "kept {path}: {error}")]
    public static partial void KeptStill(this ILogger log, string path, string error);

    [ZLoggerMessage(LogLevel.Warning, "kept {path}: it was uploaded to {address}, and the settings put it at {now}; s3sync list --elsewhere names all such files, s3sync reupload or s3sync release decides")]
    public static partial void KeptElsewhere(this ILogger log, string path, string address, string now);

    [ZLoggerMessage(LogLevel.Warning, "missing {path}: uploaded to {address}, it is not here and no deletion is recorded; if it returns, s3sync asks the bucket and deletes it")]
    public static partial void Missing(this ILogger log, string path, string address);

    [ZLoggerMessage(LogLevel.Information, "returned {path}: it was missing and is here again")]
    public static partial void Returned(this ILogger log, string path);

    [ZLoggerMessage(LogLevel.Information, "s3sync {version}, ledger {ledger}")]
    public static partial void Started(this ILogger log, string version, string ledger);

    [ZLoggerMessage(LogLevel.Information, "s3sync {version}, ledger {ledger}, keeping every file")]
    public static partial void StartedKeeping(this ILogger log, string version, string ledger);

    [ZLoggerMessage(LogLevel.Information, "{found:N0} new files, {uploaded:N0} uploaded ({bytes:N0} bytes), {deleted:N0} deleted, {pending:N0} left{rest}")]
    public static partial void Ended(this ILogger log, long found, long uploaded, long bytes, long deleted, long pending, string rest);

    [ZLoggerMessage(LogLevel.Warning, "the log file {path} cannot be written: {error}")]
    public static partial void LogFileFails(this ILogger log, string path, string error);

    [ZLoggerMessage(LogLevel.Warning, "the log file {path} can be written again: {count} lines were lost")]
    public static partial void LogFileWorks(this ILogger log, string path, long count);

    [ZLoggerMessage(LogLevel.Warning, "{output} takes lines again: {count} were dropped while it took none")]
    public static partial void LinesDropped(this ILogger log, string output, long count);

    [ZLoggerMessage(LogLevel.Warning, "and {count} more like this in the last minute ({like}): {latest}")]
    public static partial void Repeated(this ILogger log, long count, string latest, string like);

    [ZLoggerMessage(LogLevel.Error, "and {count} more like this in the last minute ({like}): {latest}")]
    public static partial void RepeatedError(this ILogger log, long count, string latest, string like);

    [ZLoggerMessage(LogLevel.Warning, "{option} is now {value}, as the settings file says; it was {old}")]
    public static partial void SettingChanged(this ILogger log, string option, string value, string old);

    [ZLoggerMessage(LogLevel.Warning, "{option} was changed in the settings file: that takes effect after a restart (to {value}; it is {old})")]
    public static partial void SettingLater(this ILogger log, string option, string value, string old);

    [ZLoggerMessage(LogLevel.Information, "{option} was changed in the settings file, but the environment or the command line says otherwise, and counts more")]
    public static partial void SettingOverridden(this ILogger log, string option);

    [ZLoggerMessage(LogLevel.Warning, "the settings file was changed and cannot be used, so that nothing changes: {error}; {hint}")]
    public static partial void SettingsRefused(this ILogger log, string error, string hint);

    [ZLoggerMessage(LogLevel.Information, "{what}")]
    public static partial void Note(this ILogger log, string what);

    [ZLoggerMessage(LogLevel.Warning, "{what}")]
    public static partial void Caution(this ILogger log, string what);

    [ZLoggerMessage(LogLevel.Error, "cannot go on: {error}; {hint}")]
    public static partial void Failure(this ILogger log, string error, string hint);

    [ZLoggerMessage(LogLevel.Warning, "the clock was set {way} by {step}: all waits keep the time that was left of them")]
    public static partial void ClockWasSet(this ILogger log, string way, string step);

    [ZLoggerMessage(LogLevel.Error, "{path}: its row in the ledger cannot be changed, the ledger is damaged: left as it is")]
    public static partial void RowLost(this ILogger log, string path);

    [ZLoggerMessage(LogLevel.Information, "stopping: what is in flight has {grace} to finish")]
    public static partial void Stopping(this ILogger log, string grace);
}
