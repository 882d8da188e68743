using System.Globalization;
using System.Text;
using Amqp.Storage.Faults;

namespace Amqp.Storage.Files;

/// <summary>The file that holds the format version of a data directory.</summary>
internal static class FormatFile
{
    public const string Name = "version";

    /// <summary>The format that this broker writes, and the newest format that it reads. See docs/store-format.md.</summary>
    public const int Newest = 2;

    /// <returns>Version of the format; null if there is no such file.</returns>
    /// <exception cref="DataDirectoryException">The file has no version, or a version above <see cref="Newest"/>.</exception>
    public static int? Read(IStoreFiles files, string directory)
    {
        string path = Path.Combine(directory, Name);
        if (!files.Exists(path))
            return null;
        Span<byte> text = stackalloc byte[16];
        using IStoreFile file = files.Open(path, FileAccess.Read);
        text = text[..file.Read(text, 0)];
        if (!int.TryParse(text, CultureInfo.InvariantCulture, out int version) || version < 1)
            throw new DataDirectoryException($"{path} does not hold a version number");
        if (version > Newest)
            throw new DataDirectoryException(
                $"the data directory {directory} was written in format {version} by a newer broker; this one reads up to {Newest}");
        return version;
    }

    /// <summary>Replaces the version in the file, and syncs the file.</summary>
    public static void Write(IStoreFiles files, string directory, int version)
    {
        string path = Path.Combine(directory, Name);
        using (IStoreFile file = files.Create(path + ".new"))
        {
            file.Write(Encoding.ASCII.GetBytes(version.ToString(CultureInfo.InvariantCulture)), 0);
            file.Sync();
        }
        files.Rename(path + ".new", path);
        files.SyncDirectory(directory);
    }
}
