namespace S3Sync.Sync.Windows;

/// <summary>The system error codes that mean something to us (winerror.h), and what each says of one file.</summary>
static class Win32Error
{
    public const int InvalidFunction = 1, FileNotFound = 2, PathNotFound = 3, AccessDenied = 5, NotEnoughMemory = 8, NoMoreFiles = 18;
    public const int SharingViolation = 32, LockViolation = 33, HandleEnd = 38, NotSupported = 50, NetworkAccessDenied = 65, InvalidParameter = 87;
    public const int InvalidName = 123, DirectoryNotEmpty = 145, InvalidLevel = 124, MoreData = 234, WaitTimeout = 258, NotADirectory = 267, DeletePending = 303;
    public const int OperationAborted = 995, NotifyEnumDir = 1022, UserMappedFile = 1224, NoSystemResources = 1450, NotEnoughQuota = 1816;
    public const int CannotAccessFile = 1920;

    /// <summary>The outcome a failed call stands for.</summary>
    public static AccessResult Outcome(int error) => new(error switch
    {
        FileNotFound or PathNotFound or NotADirectory => Access.Missing,
        // A name that is pending delete says AccessDenied on some versions and DeletePending on others; it is gone soon.
        SharingViolation or LockViolation or UserMappedFile or DeletePending => Access.Busy,
        AccessDenied or NetworkAccessDenied => Access.Denied,
        // A reparse point nobody here understands.
        CannotAccessFile => Access.NotRegular,
        _ => Access.Failed,
    }, error);

    /// <summary>The function is not there on this version or this file system; another may be.</summary>
    public static bool MeansUnsupported(int error) => error is InvalidFunction or NotSupported or InvalidParameter or InvalidLevel;
}
