using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace S3Sync.Sync.Windows;

/// <summary>
/// Who has a file open, as the Restart Manager tells installers. It does not tell what for. Has no state.
/// https://learn.microsoft.com/windows/win32/api/restartmanager/
/// </summary>
[SupportedOSPlatform("windows")]
static unsafe partial class Openers
{
    // RestartManager.h: CCH_RM_SESSION_KEY (a GUID in hex), CCH_RM_MAX_APP_NAME and CCH_RM_MAX_SVC_NAME, each without its zero.
    const int KeyCharacters = 32, NameCharacters = 255, ServiceCharacters = 63;
    const int Ok = 0, MoreData = 234;
    // Between two questions another program may open the file: asked again so often.
    const int Attempts = 3;

    /// <summary>The processes; null where it cannot tell.</summary>
    /// <param name="path">A full path.</param>
    public static List<Holder>? HoldersOf(string path)
    {
        var key = stackalloc char[KeyCharacters + 1];
        if (RmStartSession(out var session, 0, key) != Ok)
        {
            return null;
        }
        try
        {
            fixed (char* name = path)
            {
                var files = stackalloc char*[1] { name };
                return RmRegisterResources(session, 1, files, 0, null, 0, null) == Ok ? List(session) : null;
            }
        }
        finally
        {
            _ = RmEndSession(session);
        }
    }

    static List<Holder>? List(uint session)
    {
        var found = new Process[4];
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var count = (uint)found.Length;
            fixed (Process* into = found)
            {
                var error = RmGetList(session, out var needed, ref count, into, out _);
                if (error == Ok)
                {
                    return HoldersIn(found, (int)count);
                }
                if (error != MoreData)
                {
                    return null;
                }
                found = new Process[needed + 4];
            }
        }
        return null;
    }

    static List<Holder> HoldersIn(Process[] found, int count)
    {
        List<Holder> holders = [];
        for (var i = 0; i < count; i++)
        {
            fixed (char* name = found[i].Name)
            {
                holders.Add(new((int)found[i].Id, new string(name), null));
            }
        }
        return holders;
    }

    [LibraryImport("rstrtmgr.dll")]
    private static partial int RmStartSession(out uint session, uint flags, char* key);

    [LibraryImport("rstrtmgr.dll")]
    private static partial int RmRegisterResources(uint session, uint files, char** names, uint applications, void* processes, uint services, char** serviceNames);

    [LibraryImport("rstrtmgr.dll")]
    private static partial int RmGetList(uint session, out uint needed, ref uint count, Process* into, out uint rebootReasons);

    [LibraryImport("rstrtmgr.dll")]
    private static partial int RmEndSession(uint session);

    /// <summary>RM_PROCESS_INFO, in which RM_UNIQUE_PROCESS comes first.</summary>
    [StructLayout(LayoutKind.Sequential)]
    struct Process
    {
        public uint Id, StartedLow, StartedHigh;
        public fixed char Name[NameCharacters + 1];
        public fixed char Service[ServiceCharacters + 1];
        public uint Kind, Status, Session;
        public int Restartable;
    }
}
