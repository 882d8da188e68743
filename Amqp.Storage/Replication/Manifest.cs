using System.Buffers.Binary;
using System.Security.Cryptography;
using Amqp.Storage.Files;

namespace Amqp.Storage.Replication;

/// <summary>The replicated files of a data directory, with a digest of each part. By it, a leader finds what a follower lacks.</summary>
internal sealed class Manifest
{
    /// <summary>Bytes of a file that have one digest, and are copied together.</summary>
    public const int PartSize = 1 << 20;

    /// <summary>Maximum number of files.</summary>
    private const int MostFiles = 1_000_000;

    private readonly Dictionary<string, ManifestFile> _files = [];

    /// <summary>The files by path, relative to the data directory, with slashes.</summary>
    public IReadOnlyDictionary<string, ManifestFile> Files => _files;

    /// <summary>Reads all files of a directory that nobody changes meanwhile.</summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static Manifest Of(IStoreFiles files, string root)
    {
        var manifest = new Manifest();
        byte[] part = new byte[PartSize];
        foreach (string path in ListAll(files, root))
        {
            using var file = files.Open(Path.Join(root, path), FileAccess.Read);
            var digests = new List<UInt128>();
            for (long at = 0; at < file.Length; at += PartSize)
                digests.Add(DigestOf(part.AsSpan(0, file.Read(part, at))));
            manifest._files.Add(path, new ManifestFile(file.Length, [.. digests]));
        }
        return manifest;
    }

    /// <summary>Returns the paths of all replicated files.</summary>
    public static List<string> ListAll(IStoreFiles files, string root)
    {
        var paths = new List<string>();
        foreach (string folder in ReplicatedFiles.Folders)
        {
            string directory = Path.Join(root, folder);
            files.CreateDirectory(directory);
            paths.AddRange(files.List(directory).Select(name => ReplicatedFiles.PathOf(folder, name)).Where(ReplicatedFiles.IsReplicated));
        }
        return paths;
    }

    /// <summary>Returns the digest of a part of a file.</summary>
    public static UInt128 DigestOf(ReadOnlySpan<byte> part)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(part, digest);
        return BinaryPrimitives.ReadUInt128LittleEndian(digest);
    }

    /// <summary>Reads a manifest that <see cref="Write"/> has written.</summary>
    /// <exception cref="InvalidDataException">The bytes are no manifest.</exception>
    /// <exception cref="IOException">The stream has ended or failed.</exception>
    public static Manifest Read(BinaryReader reader)
    {
        int count = reader.ReadInt32();
        if (count is < 0 or > MostFiles)
            throw new InvalidDataException($"a manifest of {count} files");
        var manifest = new Manifest();
        for (int i = 0; i < count; i++)
        {
            string path = reader.ReadString();
            long length = reader.ReadInt64();
            if (length is < 0 or > 1L << 48)
                throw new InvalidDataException($"a file of {length} bytes in a manifest");
            var digests = new UInt128[(length + PartSize - 1) / PartSize];
            for (int part = 0; part < digests.Length; part++)
                digests[part] = new UInt128(reader.ReadUInt64(), reader.ReadUInt64());
            if (!manifest._files.TryAdd(path, new ManifestFile(length, digests)))
                throw new InvalidDataException($"the file {path} is twice in a manifest");
        }
        return manifest;
    }

    public void Write(BinaryWriter writer)
    {
        writer.Write(_files.Count);
        foreach (var (path, file) in _files)
        {
            writer.Write(path);
            writer.Write(file.Length);
            foreach (var digest in file.Digests)
            {
                writer.Write((ulong)(digest >> 64));
                writer.Write((ulong)digest);
            }
        }
        writer.Flush();
    }
}

/// <param name="Length">Length in bytes.</param>
/// <param name="Digests">The digest of each part of <see cref="Manifest.PartSize"/> bytes. The last part may be shorter.</param>
internal sealed record ManifestFile(long Length, UInt128[] Digests);
