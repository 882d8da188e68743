using System;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>
/// Compresses the files of the management page. The modules that app.js imports become one module: a download of eighty small files has
/// twice the bytes, and takes four times as long. Lines of comments and indentation are left out.
/// </summary>
/// <remarks>
/// Runs within the build, so it is not part of the program. It understands the imports and exports that the page uses, and fails for any
/// other. Each module becomes a function that returns its exports, in an order in which a module follows those that it imports.
/// </remarks>
public sealed class CompressPage : Task
{
    private const string Entry = "app.js";

    /// <summary>Compresses most. The compiler of build tasks does not know the name SmallestSize, and not the type BrotliStream.</summary>
    private const CompressionLevel Best = (CompressionLevel)3;

    private static readonly Type Brotli = Type.GetType("System.IO.Compression.BrotliStream, System.IO.Compression.Brotli");

    private static readonly Regex Import = Lines(@"^import\s+(?:\{(?<names>[^}]*)\}\s+from\s+)?'(?<path>[^']+)';\n");
    private static readonly Regex Export = Lines(@"^export (?=(?:async function|function|const|class) (?<name>[A-Za-z_$][\w$]*))");
    private static readonly Regex Unknown = Lines(@"^(?:import|export)\b.*|\bimport\s*\(.*|\bimport\.meta\b.*");

    private readonly List<string> _order = new List<string>();
    private readonly List<string> _open = new List<string>();

    /// <summary>The folder of the page.</summary>
    [Required]
    public string Folder { get; set; }

    /// <summary>The folder of the compressed files.</summary>
    [Required]
    public string Output { get; set; }

    /// <summary>All files of the page.</summary>
    [Required]
    public ITaskItem[] Sources { get; set; }

    public override bool Execute()
    {
        if (Directory.Exists(Output))
            foreach (string file in Directory.GetFiles(Output, "*", SearchOption.AllDirectories))
                if (file.EndsWith(".gz") || file.EndsWith(".br"))
                    File.Delete(file);
        Visit(Entry);
        var text = new StringBuilder();
        foreach (string library in _order.Where(IsLibrary))
            text.Append($"import * as {NameOf(library)} from './{library}';\n");
        foreach (string module in _order.Where(module => !IsLibrary(module)))
            text.Append(Wrap(module));
        Write(Entry, text.ToString());
        foreach (string path in Sources.Select(source => RelativePath(source.ItemSpec)))
            if (path.EndsWith(".css"))
                Write(path, Strip(File.ReadAllText(Path.Combine(Folder, path))));
            else if (!_order.Contains(path) || IsLibrary(path))
                Write(path, File.ReadAllText(Path.Combine(Folder, path)));
        return !Log.HasLoggedErrors;
    }

    private static Regex Lines(string pattern) => new Regex(pattern, RegexOptions.Multiline);

    /// <summary>Libraries are already small, and stay files of their own.</summary>
    private static bool IsLibrary(string path) => path.StartsWith("vendor/");

    /// <summary>Removes comments on lines of their own, blank lines and indentation.</summary>
    private static string Strip(string text)
    {
        var code = new StringBuilder();
        bool isComment = false;
        foreach (string line in text.Split('\n').Select(line => line.Trim()))
        {
            bool isWhole = isComment || line.Length == 0 || line.StartsWith("//") || line.StartsWith("/*");
            isComment = (isComment || line.StartsWith("/*")) && !line.EndsWith("*/");
            if (!isWhole)
                code.Append(line).Append('\n');
        }
        return code.ToString();
    }

    /// <summary>Adds a module to the order, after those that it imports.</summary>
    private void Visit(string path)
    {
        if (_order.Contains(path))
            return;
        if (_open.Contains(path))
        {
            Log.LogError($"The modules of the page import each other in a circle: {string.Join(", ", _open)}, {path}");
            return;
        }
        _open.Add(path);
        if (!IsLibrary(path))
            foreach (Match import in Import.Matches(Source(path)))
                Visit(Resolve(path, import.Groups["path"].Value));
        _open.Remove(path);
        _order.Add(path);
    }

    private string Wrap(string module)
    {
        var exports = new List<string>();
        string code = Import.Replace(Strip(Source(module)), import =>
        {
            string names = import.Groups["names"].Value.Replace(" as ", ": ").Trim().TrimEnd(',');
            return names.Length > 0 ? $"const {{{names}}} = {NameOf(Resolve(module, import.Groups["path"].Value))};\n" : "";
        });
        code = Export.Replace(code, export =>
        {
            exports.Add(export.Groups["name"].Value);
            return "";
        });
        if (Unknown.Match(code) is Match unknown && unknown.Success)
            Log.LogError($"{module}: CompressPage.cs does not understand '{unknown.Value}'");
        return $"const {NameOf(module)} = (() => {{\n{code}return {{{string.Join(",", exports)}}};\n}})();\n";
    }

    private string Source(string module)
    {
        string path = Path.Combine(Folder, module);
        if (File.Exists(path))
            return File.ReadAllText(path).Replace("\r\n", "\n");
        Log.LogError($"A module of the page imports {module}, which does not exist");
        return "";
    }

    private static string NameOf(string module) => "$" + Regex.Replace(module.Substring(0, module.Length - ".js".Length), @"\W", "_");

    private static string Resolve(string from, string path)
    {
        var parts = new List<string>(from.Split('/'));
        parts.RemoveAt(parts.Count - 1);
        foreach (string part in path.Split('/'))
            if (part == "..")
                parts.RemoveAt(parts.Count - 1);
            else if (part != ".")
                parts.Add(part);
        return string.Join("/", parts);
    }

    private string RelativePath(string path) =>
        Path.GetFullPath(path).Substring(Path.GetFullPath(Folder).TrimEnd(Path.DirectorySeparatorChar).Length + 1).Replace('\\', '/');

    private void Write(string path, string text)
    {
        string target = Path.Combine(Output, path);
        Directory.CreateDirectory(Path.GetDirectoryName(target));
        byte[] content = new UTF8Encoding(false).GetBytes(text);
        using (var gzip = new GZipStream(File.Create(target + ".gz"), Best))
            gzip.Write(content, 0, content.Length);
        using (var brotli = (Stream)Activator.CreateInstance(Brotli, File.Create(target + ".br"), Best))
            brotli.Write(content, 0, content.Length);
    }
}
