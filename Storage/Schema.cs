using SQLitePCL;

namespace S3Sync.Storage;

/// <summary>
/// The ledger's tables and how each version becomes the next. Each step is one transaction that also sets the version
/// (PRAGMA user_version), so a crash in between leaves the version before it, whole.
/// </summary>
static class Schema
{
    /// <summary>"s3sy" in ASCII: tells our ledger from any other SQLite file (PRAGMA application_id).</summary>
    const int ApplicationId = 0x73337379;

    /// <summary>
    /// Times are milliseconds since 1970 UTC; file times nanoseconds. A row's stage follows from its dates.
    /// WITHOUT ROWID: the path is stored once. The two partial indexes hold unfinished rows only, so finished ones cost nothing there.
    /// </summary>
    static readonly string[] Steps =
    [
        """
        CREATE TABLE root (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE);
        CREATE TABLE target (id INTEGER PRIMARY KEY, bucket TEXT NOT NULL, prefix TEXT NOT NULL, UNIQUE (bucket, prefix));
        CREATE TABLE file (
            root     INTEGER NOT NULL REFERENCES root,
            path     TEXT NOT NULL,     -- relative to the root, in the system's own separators
            found    INTEGER NOT NULL,
            uploaded INTEGER,
            deleted  INTEGER,           -- without uploaded: it vanished
            again    INTEGER,           -- when another file took the name
            due      INTEGER,           -- next attempt; NULL where nothing is to be done
            parked   INTEGER,           -- since when
            attempts INTEGER NOT NULL DEFAULT 0,
            waits    INTEGER NOT NULL DEFAULT 0,
            error    TEXT,              -- of the last attempt
            file_id  INTEGER,
            size     INTEGER,
            modified INTEGER,
            changed  INTEGER,
            target   INTEGER REFERENCES target,
            kind     INTEGER,           -- of checksum: see ChecksumKind
            checksum TEXT,
            etag     TEXT,              -- 32 hexadecimal digits as the 16 bytes they mean: a tenth of a row
            version  TEXT,
            PRIMARY KEY (root, path)
        ) WITHOUT ROWID;
        CREATE INDEX to_upload ON file (root, due) WHERE uploaded IS NULL AND due IS NOT NULL;
        CREATE INDEX to_delete ON file (root, due) WHERE uploaded IS NOT NULL AND due IS NOT NULL;
        """,
        // What an operator asks for, so that nobody counts ten million rows. In one hour more may vanish than are found, but never in all.
        """
        CREATE TABLE run (                  -- the one row tells of the latest run
            id      INTEGER PRIMARY KEY CHECK (id = 1),
            process INTEGER NOT NULL,
            born    INTEGER,                -- of the process, in the system's own unit: see Platform.BornOf
            started INTEGER NOT NULL,
            ended   INTEGER,                -- NULL while it runs, and after a crash
            version TEXT NOT NULL
        );
        CREATE TABLE hour (
            root     INTEGER NOT NULL REFERENCES root,
            hour     INTEGER NOT NULL,      -- since 1970 UTC
            found    INTEGER NOT NULL,      -- names new to the ledger, and those that vanished and came back
            uploaded INTEGER NOT NULL,
            bytes    INTEGER NOT NULL,      -- of the uploaded
            deleted  INTEGER NOT NULL,      -- after their upload
            vanished INTEGER NOT NULL,      -- before it
            again    INTEGER NOT NULL,
            failed   INTEGER NOT NULL,      -- attempts
            PRIMARY KEY (root, hour)
        ) WITHOUT ROWID;
        CREATE TABLE latest (
            root     INTEGER PRIMARY KEY REFERENCES root,
            target   INTEGER REFERENCES target, -- of the latest run
            uploaded INTEGER,
            failed   INTEGER,
            path     TEXT,                  -- of what failed last
            error    TEXT
        );
        CREATE INDEX parked ON file (root, parked) WHERE parked IS NOT NULL;
        INSERT INTO hour SELECT root, time / 3600000 AS hour, sum(f), sum(u), sum(b), sum(d), sum(v), sum(a), 0 FROM (
            SELECT root, found AS time, 1 AS f, 0 AS u, 0 AS b, 0 AS d, 0 AS v, 0 AS a FROM file
            UNION ALL SELECT root, uploaded, 0, 1, coalesce(size, 0), 0, 0, 0 FROM file WHERE uploaded IS NOT NULL
            UNION ALL SELECT root, deleted, 0, 0, 0, uploaded IS NOT NULL, uploaded IS NULL, 0 FROM file WHERE deleted IS NOT NULL
            UNION ALL SELECT root, again, 0, 0, 0, 0, 0, 1 FROM file WHERE again IS NOT NULL) GROUP BY root, hour;
        INSERT INTO latest (root, uploaded, target) SELECT root, max(uploaded), target FROM file GROUP BY root;
        """,
        """
        CREATE TABLE sweep (
            root  INTEGER PRIMARY KEY REFERENCES root,
            after TEXT NOT NULL,            -- the name it has come to; empty at the end and at the beginning
            ended INTEGER                   -- when it last came to the end
        );
        """,
        // What was uploaded by another program than this may have another key; NULL where it follows from prefix and path.
        """
        ALTER TABLE file ADD COLUMN key TEXT;
        """,
        // How long files waited from their last write to their receipt, so that nobody looks at a million rows for that.
        $"""
        ALTER TABLE hour ADD COLUMN waited INTEGER NOT NULL DEFAULT 0;  -- by all of the uploaded, ms
        ALTER TABLE hour ADD COLUMN longest INTEGER NOT NULL DEFAULT 0; -- by one of them
        ALTER TABLE hour ADD COLUMN sent    INTEGER NOT NULL DEFAULT 0; -- how long their uploads took, ms
        CREATE TABLE latency (
            root  INTEGER NOT NULL REFERENCES root,
            hour  INTEGER NOT NULL,         -- of the receipt, since 1970 UTC
            what  INTEGER NOT NULL,         -- 0: from last write to receipt, 1: the upload itself
            step  INTEGER NOT NULL,         -- see LatencySteps
            count INTEGER NOT NULL,
            PRIMARY KEY (root, hour, what, step)
        ) WITHOUT ROWID;
        CREATE TEMP TABLE waits AS SELECT root, uploaded / 3600000 AS hour, max(0, uploaded - modified / 1000000) AS time FROM file WHERE uploaded IS NOT NULL AND modified > 0;
        INSERT INTO latency SELECT root, hour, 0, step, count(*) FROM (
            SELECT root, hour, (SELECT count(*) FROM (VALUES ({string.Join("),(", LatencySteps.Bounds)})) WHERE column1 < time) AS step FROM waits) GROUP BY root, hour, step;
        UPDATE hour SET waited = w.waited, longest = w.longest
            FROM (SELECT root, hour, sum(time) AS waited, max(time) AS longest FROM waits GROUP BY root, hour) AS w WHERE hour.root = w.root AND hour.hour = w.hour;
        DROP TABLE waits;
        """,
        // What a run knows and a person asks for: why attempts failed, how files were found, what was asked of the bucket, what is in force.
        """
        CREATE TABLE attempt (              -- the latest failed ones of unfinished files
            root    INTEGER NOT NULL REFERENCES root,
            path    TEXT NOT NULL,
            time    INTEGER NOT NULL,
            error   TEXT,
            request TEXT,                   -- the server's own number of it
            next    INTEGER,                -- when the next one was planned; NULL: as soon as the endpoint works
            PRIMARY KEY (root, path, time)
        ) WITHOUT ROWID;
        INSERT INTO attempt (root, path, time, error, next) SELECT root, path, parked, error, due FROM file WHERE parked IS NOT NULL;
        ALTER TABLE hour ADD COLUMN by_notification INTEGER NOT NULL DEFAULT 0; -- of the found: by the kernel's notification
        ALTER TABLE hour ADD COLUMN by_start        INTEGER NOT NULL DEFAULT 0; -- by the scan at the start
        ALTER TABLE hour ADD COLUMN by_overflow     INTEGER NOT NULL DEFAULT 0; -- by a scan after notifications were lost
        ALTER TABLE hour ADD COLUMN by_rescan       INTEGER NOT NULL DEFAULT 0; -- by a periodic scan
        ALTER TABLE hour ADD COLUMN by_directory    INTEGER NOT NULL DEFAULT 0; -- by the scan of a new directory
        ALTER TABLE hour ADD COLUMN overflows       INTEGER NOT NULL DEFAULT 0; -- how often notifications were lost
        ALTER TABLE latest ADD COLUMN uploading INTEGER NOT NULL DEFAULT 0; -- handed to the uploaders by the latest run
        ALTER TABLE latest ADD COLUMN deleting  INTEGER NOT NULL DEFAULT 0; -- handed to the deleter
        CREATE TABLE request (              -- to the bucket
            hour   INTEGER NOT NULL,        -- since 1970 UTC
            kind   INTEGER NOT NULL,        -- see RequestKind
            sent   INTEGER NOT NULL,
            failed INTEGER NOT NULL,        -- no answer, or one that says: try again
            PRIMARY KEY (hour, kind)
        ) WITHOUT ROWID;
        CREATE TABLE vital (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID; -- limits in force, and the like, of the latest run
        """,
        """
        CREATE TABLE pace (                 -- uploads of the latest hour
            root     INTEGER NOT NULL REFERENCES root,
            slot     INTEGER NOT NULL,      -- the step within its hour: what stands there is overwritten an hour later
            step     INTEGER NOT NULL,      -- of ten seconds, since 1970 UTC
            uploaded INTEGER NOT NULL,
            bytes    INTEGER NOT NULL,
            PRIMARY KEY (root, slot)
        ) WITHOUT ROWID;
        """,
        """
        CREATE TABLE upload (               -- multipart, begun by us and neither completed nor aborted
            id        INTEGER PRIMARY KEY,
            root      INTEGER NOT NULL REFERENCES root,
            path      TEXT NOT NULL,
            bucket    TEXT NOT NULL,
            key       TEXT NOT NULL,
            upload_id TEXT NOT NULL,        -- the server's name of it
            kind      INTEGER NOT NULL,     -- of checksum: see ChecksumKind
            part_size INTEGER NOT NULL,     -- bytes
            headers   INTEGER NOT NULL,     -- digest of what the object gets besides its bytes
            touched   INTEGER NOT NULL,     -- when its latest part was stored
            stale     INTEGER NOT NULL DEFAULT 0 -- 1: only to be aborted
        );
        CREATE TABLE part (                 -- that the server has
            upload   INTEGER NOT NULL REFERENCES upload,
            number   INTEGER NOT NULL,      -- from 1
            length   INTEGER NOT NULL,
            checksum TEXT NOT NULL,         -- of its bytes, base64
            etag     TEXT NOT NULL,
            PRIMARY KEY (upload, number)
        ) WITHOUT ROWID;
        """,
        // A proof holds for one address. Rows from before have no endpoint: they count as sent to the one of today, and are asked for before their deletion.
        """
        CREATE TABLE address (id INTEGER PRIMARY KEY, bucket TEXT NOT NULL, prefix TEXT NOT NULL, endpoint TEXT NOT NULL, UNIQUE (bucket, prefix, endpoint));
        INSERT INTO address SELECT id, bucket, prefix, '' FROM target;
        DROP TABLE target;
        ALTER TABLE address RENAME TO target;
        ALTER TABLE file ADD COLUMN missing INTEGER;    -- since when it is not here, though s3sync did not delete it
        ALTER TABLE file ADD COLUMN code    INTEGER;    -- why it is kept although it was uploaded: see FailureCode
        CREATE INDEX kept ON file (root, code, path) WHERE code IS NOT NULL;
        CREATE INDEX away ON file (root, missing) WHERE missing IS NOT NULL;
        """,
        // Each failure has a code beside its text. Only those of kept files are looked for, and in the index: the others cost nothing there.
        """
        DROP INDEX kept;
        CREATE INDEX kept ON file (root, code, path) WHERE code <= 5;
        UPDATE file INDEXED BY parked SET code = iif(error LIKE 'conflict:%', 10, 11)
            WHERE parked IS NOT NULL AND code IS NULL AND (error LIKE 'conflict:%' OR error LIKE '%has the same key%');
        """,
    ];

    /// <summary>The version this program writes.</summary>
    public static int Version => Steps.Length;

    /// <summary>Throws unless the database is a ledger of exactly this version.</summary>
    public static void CheckReadable(sqlite3 database)
    {
        Recognise(database, out var version);
        if (version != Version)
        {
            throw new LedgerException($"ledger: it has version {version}, this s3sync reads {Version}", "run s3sync once on it: that brings it up to date");
        }
    }

    /// <summary>Makes a new database, or brings an older one up to <see cref="Version"/>. Throws for a newer one and for one that is not ours.</summary>
    public static void Migrate(sqlite3 database, int upTo)
    {
        Recognise(database, out var version);
        if (version == upTo)
        {
            return;
        }
        // A step may make a table again that others refer to, which a connection that checks references refuses, and a transaction cannot
        // switch that. https://www.sqlite.org/lang_altertable.html#otheralter
        var checks = Statement.Scalar(database, "PRAGMA foreign_keys");
        Statement.Execute(database, "PRAGMA foreign_keys = OFF");
        for (; version < upTo; version++)
        {
            Statement.Execute(database, $"BEGIN IMMEDIATE; {Steps[version]}\nPRAGMA application_id = {ApplicationId}; PRAGMA user_version = {version + 1};");
            FailPoint.Reach("ledger.migrating");
            Statement.Execute(database, "COMMIT");
            FailPoint.Reach("ledger.migrated");
        }
        Statement.Execute(database, $"PRAGMA foreign_keys = {checks}");
    }

    /// <summary>Throws for a database that is not a ledger, or a newer one. An empty one has version 0.</summary>
    public static void Recognise(sqlite3 database, out int version)
    {
        version = (int)Statement.Scalar(database, "PRAGMA user_version");
        var id = Statement.Scalar(database, "PRAGMA application_id");
        var tables = Statement.Scalar(database, "SELECT count(*) FROM sqlite_schema");
        if (id != ApplicationId && (id != 0 || tables != 0))
        {
            throw new LedgerException("ledger: this is a SQLite database, but not one of s3sync", "name another file with --ledger");
        }
        if (version > Version)
        {
            throw new LedgerException($"ledger: it was written by a newer s3sync (version {version}, this one knows {Version})", "update s3sync; nothing was changed");
        }
    }
}
