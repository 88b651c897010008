using System.Runtime.InteropServices;

namespace S3Sync.Sync.Windows;

/// <summary>
/// Windows' error codes in words, for those that calls on files give: winerror.h. Its own texts are in the language of the machine. Has no state.
/// https://learn.microsoft.com/windows/win32/debug/system-error-codes
/// </summary>
static class Win32Words
{
    const string Dead = "its disk or the way to it fails: see the System log, and chkdsk";
    const string Away = "a share: see that its server answers and that this account may log on to it";
    const string Gone = "its drive is gone: plug it in again";

    public static SystemError Explain(int error)
    {
        var (words, hint) = Of(error);
        return new(words ?? Marshal.GetPInvokeErrorMessage(error).TrimEnd('.', ' ', '\r', '\n'), $"error {error}", hint);
    }

    /// <summary>Whose fault it is where a file is opened, looked at or read; or deleted.</summary>
    public static Culprit CulpritOf(int error, bool deleting) => error switch
    {
        // A bad sector, or all of the disk.
        23 or 27 or 30 or 31 or 483 or 1117 or 1392 => Culprit.Either,
        15 or 21 or 51 or 53 or 54 or 55 or 59 or 64 or 67 or 71 or 121 or 433 or 1005 or 1006 or 1110 or 1112 or 1167 or 1222 or 1225 or 1231 or 1232 or 1236
            or 1393 or 2250 or 6800 => Culprit.Volume,
        19 or 39 or 112 or 1295 when deleting => Culprit.Volume,
        _ => Culprit.File,
    };

    static (string? Words, string? Hint) Of(int error) => error switch
    {
        1 or 50 => ("its file system does not support this", null),
        2 => ("no such file", null),
        3 => ("no such directory", null),
        4 => ("too many files are open", null),
        5 => ("access is denied", "see the rights of the file and of every directory above it, and that it is not read-only"),
        6 => ("the handle is invalid", null),
        8 or 14 => ("out of memory", null),
        15 => ("no such drive", Gone),
        19 => ("the medium is write-protected", "see its switch, and \"attributes disk\" of diskpart"),
        21 => ("the drive is not ready", Gone),
        23 => ("a checksum of the disk is wrong", Dead),
        27 => ("a sector is not found", Dead),
        30 => ("the drive cannot be read", Dead),
        31 or 483 => ("the device does not work", Dead),
        32 => ("somebody has it open", null),
        33 => ("somebody has locked a part of it", null),
        39 or 112 => ("the disk is full", "free space on its volume"),
        51 or 53 => ("its server is not found", Away),
        54 => ("the network is busy", Away),
        55 => ("the share is no longer there", Away),
        59 => ("unexpected error of the network", Away),
        64 => ("the share's name is no longer there", Away),
        65 => ("access to the network is denied", Away),
        67 => ("no such share", Away),
        71 => ("its server takes no more connections", Away),
        87 => ("invalid parameter", null),
        110 => ("it cannot be opened", null),
        121 => ("its server or device did not answer in time", Away),
        123 => ("the name is not valid", null),
        145 => ("the directory is not empty", null),
        183 => ("it exists already", null),
        206 => ("the name is too long", null),
        267 => ("not a directory", null),
        303 => ("it is being deleted", null),
        362 => ("its cloud provider is not running", null),
        433 => ("no such device", Gone),
        1005 => ("the volume has no file system that is known", "see the System log, and chkdsk"),
        1006 => ("its volume was replaced by another", null),
        1110 => ("the medium was changed", null),
        1112 => ("no medium in the drive", Gone),
        1117 => ("input/output error", Dead),
        1167 => ("the device is not connected", Gone),
        1222 => ("there is no network", Away),
        1224 => ("a program has it mapped into its memory", null),
        1225 => ("connection refused by its server", Away),
        1231 or 1232 => ("its network or server cannot be reached", Away),
        1236 => ("connection aborted", Away),
        1295 => ("the quota is used up", "raise it, or free space within it"),
        1314 => ("this account lacks a privilege", null),
        1326 => ("the account or its password is wrong", Away),
        1392 => ("the file or directory is damaged", "chkdsk /f"),
        1393 => ("the disk's structure is damaged", "chkdsk /f"),
        1450 => ("the system is out of resources", "a smaller --watch-buffer, or more memory"),
        1455 => ("the paging file is too small", null),
        1816 => ("a quota of this process is used up", null),
        1920 => ("the system cannot get at it", null),
        2250 => ("the network connection is not there", Away),
        _ => (null, null),
    };
}
