using System.Globalization;

namespace Amqp.Storage;

/// <summary>A segment as the folder shows it.</summary>
/// <param name="Id">From its name.</param>
/// <param name="Path">Of the file.</param>
/// <param name="IsSettlesOnly">Whether its messages count no more.</param>
internal readonly record struct SegmentFile(long Id, string Path, bool IsSettlesOnly)
{
    /// <summary>The segments in a folder, in order. Files with other names are none of the store's.</summary>
    public static IReadOnlyList<SegmentFile> In(IStoreFiles files, string directory) =>
        [.. files.List(directory).Select(name => Parse(directory, name)).OfType<SegmentFile>().OrderBy(file => file.Id)];

    private static SegmentFile? Parse(string directory, string name)
    {
        string extension = System.IO.Path.GetExtension(name);
        bool isSegment = extension is SegmentSet.MessagesExtension or SegmentSet.SettlesOnlyExtension
            && long.TryParse(System.IO.Path.GetFileNameWithoutExtension(name), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _);
        if (!isSegment)
            return null;
        long id = long.Parse(System.IO.Path.GetFileNameWithoutExtension(name), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        return new SegmentFile(id, System.IO.Path.Combine(directory, name), extension == SegmentSet.SettlesOnlyExtension);
    }
}
