using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security;
using System.Text;

namespace S3Sync.Sync;

/// <summary>
/// Ready-made ways to run s3sync unattended, for the executable and the options at hand: NSSM, the Windows Task Scheduler, systemd.
/// Pure; the caller prints the text.
/// </summary>
/// <param name="Executable">Absolute path of this program.</param>
/// <param name="Arguments">Its command line, with absolute paths.</param>
/// <param name="State">The directory of ledger and log.</param>
/// <param name="StopSeconds">How long a stop may take: the grace period and a second for the last commit.</param>
sealed record ServiceRecipe(string Executable, IReadOnlyList<string> Arguments, string State, double StopSeconds)
{
    /// <summary>The kinds there are, in the words of the command line.</summary>
    public static readonly string[] Kinds = ["nssm", "task", "systemd"];

    public string Of(string kind) => kind switch
    {
        "nssm" => Nssm(),
        "task" => Task(),
        _ => Systemd(),
    };

    /// <summary>
    /// Commands for an administrator's command prompt (cmd). NSSM stops a console program by Ctrl+C and gives it 1,500 ms unless told otherwise, and starts it
    /// again after any exit: https://nssm.cc/usage
    /// </summary>
    string Nssm()
    {
        return $"""
            nssm install s3sync {Prompt(Executable)}
            nssm set s3sync AppParameters {Prompt(Line())}
            nssm set s3sync AppDirectory {Prompt(State)}
            nssm set s3sync DisplayName "s3sync"
            nssm set s3sync Description "Uploads new files to S3 and deletes them once they are proven to be there"
            nssm set s3sync Start SERVICE_DELAYED_AUTO_START
            nssm set s3sync AppStopMethodConsole {Math.Ceiling(StopSeconds * 1000)}
            nssm set s3sync AppExit Default Restart
            nssm set s3sync AppExit 2 Exit
            nssm set s3sync AppRestartDelay 5000
            nssm set s3sync AppStderr {Prompt(Path.Join(State, "s3sync.err.log"))}
            nssm set s3sync AppRotateFiles 1
            nssm set s3sync AppRotateOnline 1
            nssm set s3sync AppRotateBytes 10485760
            reg add "HKLM\{Voice.StateChanges.Key}" /v EventMessageFile /t REG_EXPAND_SZ /d "%SystemRoot%\System32\EventCreate.exe" /f
            reg add "HKLM\{Voice.StateChanges.Key}" /v TypesSupported /t REG_DWORD /d 7 /f
            nssm start s3sync

            """.ReplaceLineEndings("\r\n");
    }

    /// <summary>
    /// A task to register with <c>schtasks /Create /TN s3sync /XML FILE</c>: from the start of the machine, as SYSTEM, without the limit of 72 hours,
    /// at normal priority (5; tasks run at 7 unless told), once. https://learn.microsoft.com/windows/win32/taskschd/task-scheduler-schema
    /// </summary>
    string Task() => $"""
        <?xml version="1.0"?>
        <Task version="1.3" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
          <RegistrationInfo>
            <Description>Uploads new files to S3 and deletes them once they are proven to be there</Description>
          </RegistrationInfo>
          <Triggers>
            <BootTrigger><Delay>PT30S</Delay></BootTrigger>
          </Triggers>
          <Principals>
            <Principal id="Author"><UserId>S-1-5-18</UserId><RunLevel>HighestAvailable</RunLevel></Principal>
          </Principals>
          <Settings>
            <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
            <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
            <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
            <StartWhenAvailable>true</StartWhenAvailable>
            <RestartOnFailure><Interval>PT1M</Interval><Count>999</Count></RestartOnFailure>
            <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
            <Priority>5</Priority>
          </Settings>
          <Actions Context="Author">
            <Exec>
              <Command>{Xml(Executable)}</Command>
              <Arguments>{Xml(Line())}</Arguments>
              <WorkingDirectory>{Xml(State)}</WorkingDirectory>
            </Exec>
          </Actions>
        </Task>

        """.ReplaceLineEndings("\r\n");

    /// <summary>A unit for /etc/systemd/system/s3sync.service; systemd.service(5).</summary>
    string Systemd() => $"""
        [Unit]
        Description=Uploads new files to S3 and deletes them once they are proven to be there
        Wants=network-online.target
        After=network-online.target

        [Service]
        Type=notify
        ExecStart={Unit(Executable)} {string.Join(' ', Arguments.Select(UnitArgument))}
        Restart=always
        RestartSec=5
        RestartPreventExitStatus=2
        # A ledger of an older version may take minutes to be brought up to date.
        TimeoutStartSec=infinity
        # The thread that owns the ledger tells that it turns, twice in this time; a disk may well take seconds.
        WatchdogSec=300
        TimeoutStopSec={Math.Ceiling(StopSeconds)}
        UMask=0077
        # With User= of another account: only with this the system tells whether other users' files are still being written.
        AmbientCapabilities=CAP_LEASE

        [Install]
        WantedBy=multi-user.target

        """.ReplaceLineEndings("\n");

    /// <summary>
    /// Text in ASCII, with references for the rest: what is printed goes through the console's code page, or becomes UTF-16 where PowerShell writes it
    /// to a file, and is read the same after either as long as no encoding is declared.
    /// </summary>
    static string Xml(string text) =>
        string.Concat(SecurityElement.Escape(text).EnumerateRunes().Select(rune => rune.IsAscii ? rune.ToString() : $"&#x{rune.Value:X};"));

    string Line() => string.Join(' ', Arguments.Select(Quote));

    /// <summary>One argument as CommandLineToArgvW takes it apart: https://learn.microsoft.com/windows/win32/api/shellapi/nf-shellapi-commandlinetoargvw</summary>
    static string Quote(string argument)
    {
        if (argument.Length > 0 && !argument.AsSpan().ContainsAny(" \t\""))
        {
            return argument;
        }
        var quoted = new StringBuilder("\"");
        var backslashes = 0;
        foreach (var character in argument)
        {
            // Backslashes count only before a quotation mark; there each must be doubled.
            quoted.Append('\\', character == '"' ? backslashes + 1 : 0).Append(character);
            backslashes = character == '\\' ? backslashes + 1 : 0;
        }
        return quoted.Append('\\', backslashes).Append('"').ToString();
    }

    /// <summary>
    /// One argument as it is typed at the prompt. Where it holds what cmd obeys, every quotation mark is escaped too: between those cmd would
    /// take ^ as it is, and it does not know that \" is none.
    /// </summary>
    static string Prompt(string argument)
    {
        var quoted = Quote(argument);
        return quoted.AsSpan().ContainsAny("&|<>^%") ? string.Concat(quoted.Select(character => "\"&|<>^%()".Contains(character) ? $"^{character}" : $"{character}")) : quoted;
    }

    /// <summary>One argument of a unit: variables ($) doubled, which the program's own path may not be; systemd.service(5).</summary>
    static string UnitArgument(string argument) => Unit(argument.Replace("$", "$$"));

    /// <summary>One word of a unit: specifiers (%) doubled, quoted where needed; systemd.syntax(7).</summary>
    static string Unit(string word)
    {
        var escaped = word.Replace("%", "%%").Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n");
        return escaped.Length > 0 && !escaped.AsSpan().ContainsAny(" \t\"';\\") ? escaped : $"\"{escaped}\"";
    }
}
