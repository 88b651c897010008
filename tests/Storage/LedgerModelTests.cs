using System;
using System.Collections.Generic;
using System.Linq;
using CsCheck;
using S3Sync.Storage;
using S3Sync.Sync;
using S3Sync.Tests.Support;
using Xunit;

namespace S3Sync.Tests.Storage;

/// <summary>The ledger against a dictionary that does the same: random operations, commits, ends and crashes.</summary>
public sealed class LedgerModelTests
{
    enum Operation { Add, Park, Upload, Keep, Delete, Revive, Again, Wait, Retry, Due, Clamp, Commit, Reopen, Crash }

    static readonly Gen<(Operation, int Root, int Name, int Time)[]> Story = Gen.Select(
        // Many changes to few rows, and an end now and then.
        Gen.Frequency((8, Gen.Enum<Operation>().Where(operation => operation < Operation.Commit)), (2, Gen.Const(Operation.Commit)), (1, Gen.OneOf(Operation.Reopen, Operation.Crash))),
        Gen.Int[0, 1], Gen.Int[0, 4], Gen.Int[1, 50]).Array[1, 60];

    [Fact]
    public void WhateverIsDoneItHoldsWhatWasCommittedAndHandsOutWhatIsDue() =>
        Story.Sample(story =>
        {
            using var directory = new TemporaryDirectory();
            using var stand = new Stand(directory["ledger"]);
            foreach (var (operation, root, name, time) in story)
            {
                stand.Do(operation, root, $"{name}", time);
                stand.Compare(time);
            }
            stand.Do(Operation.Reopen, 0, "", 0);
            stand.Compare(25);
        }, iter: 60);

    /// <summary>A ledger, and what must be in it.</summary>
    sealed class Stand : IDisposable
    {
        static readonly Receipt Receipt = new(ChecksumKind.Crc32C, "AAAAAA==", "etag", null);

        readonly string path;
        Ledger ledger;
        int[] roots;
        Dictionary<(int Root, string Path), Row> rows = [];
        Dictionary<(int Root, string Path), Row> committed = [];

        public Stand(string path)
        {
            this.path = path;
            (ledger, roots) = Open();
        }

        public void Dispose() => ledger.Dispose();

        (Ledger, int[]) Open()
        {
            var opened = Ledger.Open(path);
            int[] ids = [opened.RootId("/0"), opened.RootId("/1")];
            opened.Begin();
            return (opened, ids);
        }

        public void Do(Operation operation, int root, string name, int time)
        {
            var (id, key) = (roots[root], (root, name));
            var stamp = new Stamp((ulong)time, time, time, -time);
            switch (operation)
            {
                case Operation.Add or Operation.Park:
                    var parked = operation == Operation.Park;
                    var added = rows.TryAdd(key, new(name, time, null, null, null, time + 1, parked ? time : null, 0, 0, default, ChecksumKind.None, null));
                    Assert.Equal(added, ledger.Add(id, name, time, time + 1, parked ? "why" : null));
                    break;
                case Operation.Upload or Operation.Keep:
                    long? due = operation == Operation.Keep ? null : time;
                    var target = ledger.TargetId("bucket", $"{root}");
                    ledger.SetUploaded(id, name, time, due, stamp, target, Receipt);
                    Change(key, row => row with { Uploaded = time, Due = due, Parked = null, Attempts = 0, Waits = 0, Stamp = stamp, Kind = Receipt.Kind, Checksum = Receipt.Checksum, ETag = Receipt.ETag, Version = Receipt.VersionId, Target = target });
                    break;
                case Operation.Delete:
                    ledger.SetDeleted(id, name, time, null);
                    Change(key, row => row with { Deleted = time, Due = null, Parked = null });
                    break;
                case Operation.Revive when rows.TryGetValue(key, out var gone) && gone.Stage == Stage.Vanished:
                    ledger.SetRevived(id, name, time);
                    Change(key, row => row with { Found = time, Deleted = null, Due = time, Attempts = 0, Waits = 0 });
                    break;
                case Operation.Again:
                    ledger.SetAgain(id, name, time, "another");
                    Change(key, row => row with { Again = time, Due = null, Parked = null });
                    break;
                case Operation.Wait:
                    ledger.SetWait(id, name, time, time % 40, stamp, "written");
                    Change(key, row => row.Uploaded is null ? row with { Due = time, Waits = time % 40, Stamp = stamp } : row);
                    break;
                case Operation.Retry:
                    ledger.SetRetry(id, name, time, time % 7, 1, time % 2 == 0 ? time : null, "refused");
                    Change(key, row => row with { Due = time, Attempts = time % 7, Waits = 1, Parked = time % 2 == 0 ? time : null });
                    break;
                case Operation.Due:
                    ledger.SetDue(id, name, time);
                    Change(key, row => row with { Due = time });
                    break;
                case Operation.Clamp:
                    ledger.Shift(id, new(time, time + 7), kept: false);
                    foreach (var late in rows.Where(row => row.Key.Root == root && row.Value.Due > time).Select(row => row.Key).ToList())
                        Change(late, row => row with
                        {
                            Due = row.Due + 7,
                            Found = Math.Min(row.Found, time + 7),
                            Uploaded = row.Uploaded is { } uploaded ? Math.Min(uploaded, time + 7) : null,
                        });
                    break;
                case Operation.Commit or Operation.Reopen or Operation.Crash:
                    End(operation);
                    break;
                default:
                    break;
            }
        }

        void End(Operation operation)
        {
            if (operation != Operation.Crash)
            {
                ledger.Commit();
                committed = new(rows);
            }
            if (operation == Operation.Commit)
            {
                ledger.Begin();
                return;
            }
            rows = new(committed);
            ledger.Dispose();
            (ledger, roots) = Open();
        }

        void Change((int, string) key, Func<Row, Row> change)
        {
            if (rows.TryGetValue(key, out var row))
                rows[key] = change(row);
        }

        /// <summary>Everything the ledger says must follow from the rows.</summary>
        public void Compare(long time)
        {
            for (var root = 0; root < roots.Length; root++)
            {
                var all = rows.Where(row => row.Key.Root == root).Select(row => row.Value).ToList();
                for (var name = 0; name <= 4; name++)
                {
                    var known = ledger.Read(roots[root], $"{name}", out var row);
                    Assert.Equal((rows.TryGetValue((root, $"{name}"), out var expected), expected), (known, row));
                }
                foreach (var lane in Enum.GetValues<LedgerLane>())
                    CompareLane(root, lane, [.. all.Where(row => row.Due is not null && row.Uploaded is null == (lane == LedgerLane.Upload))], time);
                var unfinished = all.Where(row => row.Due is not null).ToList();
                Assert.Equal(new(unfinished.Count(row => row.Uploaded is null), unfinished.Count(row => row.Uploaded is not null), unfinished.Count(row => row.Parked is not null)), ledger.Count(roots[root]));
                foreach (var deletes in (bool[])[false, true])
                    Assert.Equal(unfinished.Any(row => row.Parked is null && row.Waits < 32 && (deletes || row.Uploaded is null)), ledger.HasActive(roots[root], deletes, long.MaxValue, 32));
            }
        }

        void CompareLane(int root, LedgerLane lane, List<Row> waiting, long time)
        {
            List<Row> due = [], first = [];
            ledger.ReadDue(lane, roots[root], time, 100, due);
            ledger.ReadDue(lane, roots[root], time, 2, first);
            Assert.Equal(waiting.Where(row => row.Due <= time).Select(row => row.Due).Order(), due.Select(row => row.Due));
            Assert.Equal(waiting.Where(row => row.Due <= time).OrderBy(row => row.Path), due.OrderBy(row => row.Path));
            Assert.Equal(due.Take(2).Select(row => row.Due), first.Select(row => row.Due));
            Assert.Equal(waiting.Where(row => row.Due > time).Min(row => row.Due), ledger.NextDue(lane, roots[root], time));
        }
    }
}
