# What Wine cannot show, on a real Windows, in a minute: check.ps1 -Exe s3sync.exe [-Url http://127.0.0.1:9000 -Bucket check]
# Without -Url it starts the tests' own S3 server, which takes the .NET SDK and this repository. With it, the bucket must be there and have nothing
# below "in/", and credentials are found as the AWS tools find them. Says PASS or FAIL for each thing; ends with the number of FAILs.
param([Parameter(Mandatory)][string]$Exe, [string]$Url, [string]$Bucket = 'check')
$ErrorActionPreference = 'Stop'
$place = Join-Path ([IO.Path]::GetTempPath()) "s3sync-check-$([guid]::NewGuid().ToString('n'))"
$root = "$place\in"
$failed = 0
$server = $run = $writer = $null

function Check([string]$what, [bool]$ok) {
    if ($ok) { Write-Host "PASS  $what" } else { Write-Host "FAIL  $what"; $script:failed++ }
}
function WaitFor([scriptblock]$condition, [int]$seconds = 30) {
    $until = [DateTime]::UtcNow.AddSeconds($seconds)
    while (-not (& $condition)) { if ([DateTime]::UtcNow -gt $until) { return $false }; Start-Sleep -Milliseconds 100 }
    $true
}
function Launch([string]$file, [string]$arguments) {
    $start = [Diagnostics.ProcessStartInfo]::new($file, $arguments)
    $start.UseShellExecute = $false
    $start.RedirectStandardInput = $start.RedirectStandardOutput = $true
    [Diagnostics.Process]::Start($start)
}
function Said([string]$path) { @(Select-String -LiteralPath $log -SimpleMatch "uploaded and deleted $path as").Count -gt 0 }

try {
    $Exe = (Resolve-Path -LiteralPath $Exe).Path
    [void][IO.Directory]::CreateDirectory($root)
    if (-not $Url) {
        $project = [IO.Path]::GetFullPath("$PSScriptRoot\..")
        $server = Launch 'dotnet' "run -c Release --project `"$project`" -- server --bucket $Bucket"
        # The region is the last it says.
        for ($line = ''; $line -notmatch '^AWS_REGION=';) {
            $line = $server.StandardOutput.ReadLine()
            if ($null -eq $line) { throw 'the S3 server did not start' }
            if ($line -match '^AWS_ENDPOINT_URL=(.+)$') { $Url = $Matches[1] }
            elseif ($line -match '^(AWS_\w+)=(.+)$') { Set-Item "env:$($Matches[1])" $Matches[2] }
        }
    }
    $log = "$place\log.txt"
    $run = Start-Process $Exe "-w `"$root`" -b $Bucket --endpoint $Url --ledger `"$place\state\ledger.db`" -i 0.5" -PassThru -NoNewWindow -RedirectStandardOutput $log -RedirectStandardError "$place\errors.txt"
    # Rights: the state directory, made by the run, is its user's, SYSTEM's and the administrators' alone, and so are the requests.
    function Private([string]$path) {
        $acl = Get-Acl -LiteralPath $path
        $me = [Security.Principal.WindowsIdentity]::GetCurrent().User.Value
        $others = @($acl.Access | Where-Object { $_.IdentityReference.Translate([Security.Principal.SecurityIdentifier]).Value -notin 'S-1-5-18', 'S-1-5-32-544', $me })
        $acl.AreAccessRulesProtected -and $others.Count -eq 0
    }
    Check 'it watches' (WaitFor { (Test-Path $log) -and (Select-String -LiteralPath $log -SimpleMatch 'watching' -Quiet) })

    Check 'its state is nobody else''s' (Private "$place\state")
    Check 'its requests are nobody else''s' (WaitFor { (Test-Path "$place\state\ledger.db.requests") -and (Private "$place\state\ledger.db.requests") })
    $gone = $true
    try { [IO.Directory]::Move("$place\state", "$place\moved") } catch { $gone = $false }
    Check 'the state of a run can not be moved away' (-not $gone)
    # A directory below %ProgramData% that every user may change is refused, and the hint of it helps.
    $shared = "$env:ProgramData\s3sync-check-$([guid]::NewGuid().ToString('n'))"
    [void][IO.Directory]::CreateDirectory($shared)
    $refused = & $Exe --once -w $root -b $Bucket --endpoint $Url --ledger "$shared\ledger.db" 2>&1 | Out-String
    Check 'a shared state below ProgramData is refused' ($LASTEXITCODE -eq 1 -and $refused -match 'icacls')
    [IO.Directory]::Delete($shared, $true)

    $writer = [IO.File]::Open("$root\open.dat", 'CreateNew', 'Write', 'ReadWrite, Delete')
    $writer.Write([byte[]]::new(1000), 0, 1000); $writer.Flush()
    [IO.File]::WriteAllText("$root\plain.dat", 'plain')
    [IO.File]::WriteAllText("$root\readonly.dat", 'read-only')
    [IO.File]::SetAttributes("$root\readonly.dat", 'ReadOnly')
    $deep = "\\?\$root" + ("\" + 'd' * 100) * 3
    [void][IO.Directory]::CreateDirectory($deep)
    [IO.File]::WriteAllText("$deep\long.dat", 'long')
    [IO.File]::WriteAllText("\\?\$root\dot.", 'a dot at the end')

    Check 'a file is uploaded and deleted' (WaitFor { -not [IO.File]::Exists("$root\plain.dat") })
    Check 'a read-only file too' (WaitFor { -not [IO.File]::Exists("$root\readonly.dat") })
    Check 'a path beyond 260 characters too' (WaitFor { -not [IO.File]::Exists("$deep\long.dat") })
    Check 'a name that ends in a dot too' (WaitFor { -not [IO.File]::Exists("\\?\$root\dot.") })
    Check 'an open file stays, and is not uploaded' ((-not (WaitFor { -not [IO.File]::Exists("$root\open.dat") } 5)) -and -not (Said "$root\open.dat"))
    $writer.Dispose()
    Check 'it goes once it is closed' (WaitFor { -not [IO.File]::Exists("$root\open.dat") })
    Check 'the log says that it was uploaded' (WaitFor { Said "$root\open.dat" })

    # A directory becomes a junction when its files are found, and not settled yet.
    [void][IO.Directory]::CreateDirectory("$place\outside")
    for ($i = $swaps = 0; $i -lt 5; $i++) {
        [void][IO.Directory]::CreateDirectory("$root\swap")
        foreach ($name in "$i-a.dat", "$i-b.dat") { [IO.File]::WriteAllText("$place\outside\$name", 'not ours'); [IO.File]::WriteAllText("$root\swap\$name", 'ours') }
        Start-Sleep -Milliseconds 200
        # Windows itself refuses it while a file in it is open.
        try { [IO.Directory]::Move("$root\swap", "$place\taken-$i") } catch { continue }
        [void](New-Item -ItemType Junction -Path "$root\swap" -Target "$place\outside")
        $swaps++
        Start-Sleep -Seconds 1
        [IO.Directory]::Delete("$root\swap")
    }
    Check "nothing is taken through a junction ($swaps swaps)" ($swaps -gt 0 -and [IO.Directory]::GetFiles("$place\outside").Count -eq 10 -and -not (Select-String -LiteralPath $log -SimpleMatch "uploaded and deleted $root\swap" -Quiet))
    Check 'the program goes on' (-not $run.HasExited)
}
catch { Check "no error: $_" $false }
finally {
    if ($writer) { $writer.Dispose() }
    if ($run -and -not $run.HasExited) { $run.Kill(); $run.WaitForExit() }
    # The server ends with its input.
    if ($server) { $server.StandardInput.Close() }
    if ($failed) { Get-Content "$place\log.txt", "$place\errors.txt" -Tail 30 -ErrorAction SilentlyContinue }
    else { [IO.Directory]::Delete("\\?\$place", $true) }
}
exit $failed
