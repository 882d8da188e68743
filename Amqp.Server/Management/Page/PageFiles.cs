using System.Net;
using System.Net.Mime;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace Amqp.Server.Management.Page;

/// <summary>The files of the management page, which are embedded in the program. Immutable.</summary>
/// <remarks>
/// Each file has an address that contains a hash of all files. So a browser can keep the files for ever, and never mixes the files of two
/// versions. Only <c>index.html</c> has addresses without the hash.
/// </remarks>
internal sealed class PageFiles
{
    private const string Root = "page/", Gzip = ".gz", Brotli = ".br", IndexName = "index.html";

    /// <summary>Number of bytes of the hash. Eight bytes are enough to tell versions apart.</summary>
    private const int HashSize = 8;

    private readonly Dictionary<string, PageFile> _files;

    /// <param name="files">The files by their paths, such as <c>vendor/preact.js</c>.</param>
    /// <param name="prefix">Part of the path before <c>/api</c> and <c>/assets</c>.</param>
    public PageFiles(IReadOnlyDictionary<string, PageFile> files, string prefix)
    {
        _files = files.Where(file => file.Key != IndexName).ToDictionary();
        Hash = HashOf(files);
        string html = Complete(Encoding.UTF8.GetString(files[IndexName].Unpack()), prefix);
        Index = PageFile.Compress(Encoding.UTF8.GetBytes(html), ContentTypeOf(IndexName));
        IndexTag = $"\"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(html)).AsSpan(0, HashSize))}\"";
    }

    /// <summary>Hash of all files, in hexadecimal digits.</summary>
    public string Hash { get; }

    /// <summary>The page itself, with the addresses of its files.</summary>
    public PageFile Index { get; }

    /// <summary>The entity tag of <see cref="Index"/>.</summary>
    public string IndexTag { get; }

    /// <summary>Paths of all files but <c>index.html</c>.</summary>
    public IEnumerable<string> Paths => _files.Keys;

    /// <summary>Reads the files from the program.</summary>
    public static PageFiles Load(string prefix)
    {
        var assembly = typeof(PageFiles).Assembly;
        var paths = assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Root, StringComparison.Ordinal) && name.EndsWith(Gzip, StringComparison.Ordinal))
            .Select(name => name[Root.Length..^Gzip.Length]);
        return new PageFiles(
            paths.ToDictionary(
                path => path,
                path => new PageFile(
                    Read(assembly, Root + path + Gzip), Read(assembly, Root + path + Brotli), ContentTypeOf(path))),
            prefix);
    }

    /// <summary>Returns the file at a path below <c>/assets/</c>, such as <c>0011223344556677/app.js</c>, or null.</summary>
    public PageFile? Find(ReadOnlySpan<char> path)
    {
        var lookup = _files.GetAlternateLookup<ReadOnlySpan<char>>();
        bool isOfThisVersion = path.Length > Hash.Length && path.StartsWith(Hash) && path[Hash.Length] == '/';
        return isOfThisVersion && lookup.TryGetValue(path[(Hash.Length + 1)..], out var file) ? file : null;
    }

    private static byte[] Read(Assembly assembly, string name)
    {
        using var stream = assembly.GetManifestResourceStream(name)!;
        byte[] content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }

    private static string HashOf(IReadOnlyDictionary<string, PageFile> files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (path, file) in files.OrderBy(file => file.Key, StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{path}:{file.Gzip.Length}:"));
            hash.AppendData(file.Gzip);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, HashSize));
    }

    /// <summary>
    /// Replaces the placeholders of the page. The modules that the page does not name are loaded early, and not only when other modules
    /// import them.
    /// </summary>
    private string Complete(string html, string prefix)
    {
        string assets = WebUtility.HtmlEncode($"{prefix}/assets/{Hash}");
        var modules = _files.Keys
            .Where(path => path.EndsWith(".js", StringComparison.Ordinal))
            .Where(path => !html.Contains($"{{{{assets}}}}/{path}\"", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(path => $"<link rel=\"modulepreload\" href=\"{assets}/{path}\">");
        return html
            .Replace("{{assets}}", assets, StringComparison.Ordinal)
            .Replace("{{prefix}}", WebUtility.HtmlEncode(prefix), StringComparison.Ordinal)
            .Replace("{{preload}}", string.Join('\n', modules), StringComparison.Ordinal);
    }

    private static string ContentTypeOf(string path) => Path.GetExtension(path) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        ".txt" => "text/plain; charset=utf-8",
        _ => MediaTypeNames.Application.Octet,
    };
}
