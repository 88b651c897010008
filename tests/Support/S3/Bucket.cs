using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace S3Sync.Tests.Support.S3;

/// <summary>One bucket: the versions of every key, and the multipart uploads under way. One lock guards it all; nothing slow happens under it.</summary>
sealed class Bucket(string name, DateTimeOffset created)
{
    readonly Lock gate = new();

    /// <summary>The versions of each key, the current one last.</summary>
    readonly Dictionary<string, List<StoredObject>> objects = [];

    /// <summary>Keys with a conditional write under way, and whether somebody deleted them meanwhile.</summary>
    readonly Dictionary<string, bool> claims = [];

    readonly Dictionary<string, MultipartUpload> uploads = [];
    readonly Dictionary<string, TaskCompletionSource<StoredObject>> awaited = [];

    /// <summary>Keys in the order of a listing, null when it must be sorted anew.</summary>
    string[]? sorted;
    long nextVersion;

    public string Name => name;

    public DateTimeOffset Created => created;

    /// <summary>"Enabled", "Suspended", or null where versioning was never configured.</summary>
    public string? Versioning { get; set; }

    /// <summary>The rules as they were given, null where there are none.</summary>
    public string? Lifecycle { get; set; }

    /// <summary>
    /// Begins a write that must not replace anything: 412 where the key exists, 409 while another such write of it is under way.
    /// Ends with <see cref="Release"/>, whatever happens between.
    /// </summary>
    public void Claim(string key)
    {
        lock (gate)
        {
            if (Current(key) is not null)
                throw S3Error.PreconditionFailed();
            if (!claims.TryAdd(key, false))
                throw S3Error.Conflict();
        }
    }

    public void Release(string key)
    {
        lock (gate)
            claims.Remove(key);
    }

    /// <summary>Makes an object the current version of its key, and returns it with the version it got. Throws where it was claimed and the claim no longer holds.</summary>
    public StoredObject Put(Func<string, StoredObject> withVersion, string key, bool claimed)
    {
        StoredObject stored;
        TaskCompletionSource<StoredObject>? waiter;
        lock (gate)
        {
            if (claimed && Current(key) is not null)
                throw S3Error.PreconditionFailed();
            if (claimed && claims[key])
                throw S3Error.Conflict();
            stored = withVersion(NextVersion());
            Add(stored);
            awaited.Remove(key, out waiter);
        }
        waiter?.SetResult(stored);
        return stored;
    }

    /// <summary>The current version or the one asked for; null where there is none. A delete marker is an object like any other.</summary>
    public StoredObject? Find(string key, string? version)
    {
        lock (gate)
            return version is null ? objects.GetValueOrDefault(key)?[^1] : objects.GetValueOrDefault(key)?.Find(one => one.VersionId == version);
    }

    /// <summary>Removes one version for good, or the current object; with versioning the latter only puts a marker on top, which is returned.</summary>
    public StoredObject? Delete(string key, string? version, Func<string, StoredObject> marker)
    {
        lock (gate)
        {
            if (claims.ContainsKey(key))
                claims[key] = true;
            if (version is null && Versioning is not null)
            {
                var placed = marker(NextVersion());
                Add(placed);
                return placed;
            }
            if (objects.TryGetValue(key, out var versions))
                Remove(versions, version ?? "null");
            return null;
        }
    }

    /// <summary>Current objects by key. A copy.</summary>
    public Dictionary<string, StoredObject> Objects()
    {
        lock (gate)
            return objects.Keys.Select(Current).OfType<StoredObject>().ToDictionary(one => one.Key);
    }

    /// <summary>Every version of every key, by key in the order of a listing, the newest first.</summary>
    public List<(StoredObject Version, bool IsLatest)> Versions()
    {
        lock (gate)
            return [.. Sorted().SelectMany(key => Enumerable.Reverse(objects[key]).Select((one, at) => (one, at == 0)))];
    }

    /// <summary>Keys in the order of their UTF-8 bytes, which is not that of UTF-16. Never changed once returned.</summary>
    public string[] Keys()
    {
        lock (gate)
            return Sorted();
    }

    /// <summary>Done when the key has an object, now or later.</summary>
    public Task<StoredObject> Wait(string key)
    {
        lock (gate)
        {
            if (Current(key) is { } there)
                return Task.FromResult(there);
            if (!awaited.TryGetValue(key, out var waiter))
                awaited[key] = waiter = new(TaskCreationOptions.RunContinuationsAsynchronously);
            return waiter.Task;
        }
    }

    public bool IsEmpty
    {
        get
        {
            lock (gate)
                return objects.Count == 0 && uploads.Count == 0;
        }
    }

    public void Add(MultipartUpload upload)
    {
        lock (gate)
            uploads.Add(upload.Id, upload);
    }

    /// <summary>The upload under way with that id for that key; throws NoSuchUpload.</summary>
    public MultipartUpload Upload(string key, string id)
    {
        lock (gate)
            return uploads.TryGetValue(id, out var upload) && upload.Key == key ? upload : throw S3Error.NoSuchUpload(id);
    }

    /// <summary>Ends an upload; false where somebody else just did.</summary>
    public bool End(MultipartUpload upload)
    {
        lock (gate)
            return uploads.Remove(upload.Id);
    }

    /// <summary>Uploads under way, by key. A copy.</summary>
    public MultipartUpload[] Uploads()
    {
        lock (gate)
            return [.. uploads.Values.OrderBy(one => one.Key, Utf8Order.Comparer).ThenBy(one => one.Id, StringComparer.Ordinal)];
    }

    StoredObject? Current(string key) => objects.GetValueOrDefault(key)?[^1] is { IsDeleteMarker: false } current ? current : null;

    string NextVersion() => Versioning == "Enabled" ? $"v{++nextVersion:D8}" : "null";

    void Add(StoredObject version)
    {
        if (!objects.TryGetValue(version.Key, out var versions))
        {
            objects[version.Key] = versions = new(1);
            sorted = null;
        }
        // Outside versioning there is one version, called "null", and it is replaced.
        if (version.VersionId == "null" && versions.FindIndex(one => one.VersionId == "null") is var at and >= 0)
        {
            versions[at].Content.Dispose();
            versions.RemoveAt(at);
        }
        versions.Add(version);
    }

    void Remove(List<StoredObject> versions, string version)
    {
        var at = versions.FindIndex(one => one.VersionId == version);
        if (at < 0)
            return;
        var key = versions[at].Key;
        versions[at].Content.Dispose();
        versions.RemoveAt(at);
        if (versions.Count > 0)
            return;
        objects.Remove(key);
        sorted = null;
    }

    string[] Sorted() => sorted ??= [.. objects.Keys.Order(Utf8Order.Comparer)];
}
