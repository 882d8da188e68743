using System.Text;
using System.Text.RegularExpressions;
using Amqp.Server.Management.Page;

namespace Amqp.Tests.Architecture;

/// <summary>The files of the management page are small, complete in the program, and never parse text as HTML or code.</summary>
public sealed partial class PageSourceTests
{
    /// <summary>Limit for the compressed size of all files that a browser loads.</summary>
    private const int MaxSize = 120_000;

    private static readonly string _folder = Path.Combine(SourceTree.Root, "Amqp.Server/Page");

    private static readonly string[] _files =
    [
        .. Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(_folder, path).Replace('\\', '/'))
            .Where(path => !path.StartsWith("vendor/source/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal),
    ];

    [Test]
    public void The_program_has_every_file_and_no_other()
    {
        var page = PageFiles.Load("");
        var modules = _files.Where(IsModule).ToList();
        string bundle = Encoding.UTF8.GetString(page.Find($"{page.Hash}/app.js")!.Unpack());

        Assert.That(page.Paths.Append("index.html"), Is.EquivalentTo(_files.Except(modules).Append("app.js")));
        foreach (string module in modules)
            Assert.That(bundle, Does.Contain($"const ${Regex.Replace(module[..^".js".Length], "\\W", "_")} = "), module);
    }

    [Test]
    public void Comments_and_indentation_are_left_out()
    {
        var page = PageFiles.Load("");

        Assert.That(Encoding.UTF8.GetString(page.Find($"{page.Hash}/app.js")!.Unpack()), Does.Not.Match(@"(?m)^(\s|//|/\*|\*)"));
    }

    [Test]
    public void Code_reaches_the_program_unchanged()
    {
        var page = PageFiles.Load("");
        string bundle = Encoding.UTF8.GetString(page.Find($"{page.Hash}/app.js")!.Unpack());
        var lines = bundle.Split('\n').ToHashSet();

        var missing =
            from path in _files
            where IsModule(path)
            from line in Indentation().Replace(Comment().Replace(File.ReadAllText(Path.Combine(_folder, path)), ""), "").Split('\n')
            let code = line.StartsWith("export ", StringComparison.Ordinal) ? line["export ".Length..].TrimEnd() : line.TrimEnd()
            where code.Length > 0 && !code.StartsWith("import ", StringComparison.Ordinal) && !code.EndsWith("';", StringComparison.Ordinal)
                && !lines.Contains(code)
            select $"{path}: {code}";

        Assert.That(missing, Is.Empty);
    }

    [Test]
    public void The_files_are_small()
    {
        var page = PageFiles.Load("");
        int size = page.Index.Gzip.Length
            + page.Paths.Where(path => !path.EndsWith(".txt", StringComparison.Ordinal))
                .Sum(path => page.Find($"{page.Hash}/{path}")!.Brotli!.Length);

        Assert.That(size, Is.LessThan(MaxSize));
    }

    [Test]
    public void Another_content_or_name_of_a_file_is_another_hash()
    {
        string[] hashes =
        [
            HashOf(("a.js", "1")), HashOf(("a.js", "2")), HashOf(("b.js", "1")), HashOf(("a.js", "1"), ("b.js", "")),
        ];

        Assert.That(hashes, Is.Unique);
        Assert.That(HashOf(("a.js", "1")), Is.EqualTo(hashes[0]));
    }

    [Test]
    public void Modules_are_loaded_early_unless_the_page_names_them()
    {
        const string Html = "{{preload}}|{{assets}}/theme.js\"|{{prefix}}";
        var page = Files("/x\"", ("index.html", Html), ("theme.js", ""), ("b.js", ""), ("a/a.js", ""));

        string assets = $"/x&quot;/assets/{page.Hash}";
        Assert.That(
            Encoding.UTF8.GetString(page.Index.Unpack()),
            Is.EqualTo(
                $"<link rel=\"modulepreload\" href=\"{assets}/a/a.js\">\n<link rel=\"modulepreload\" href=\"{assets}/b.js\">"
                    + $"|{assets}/theme.js\"|/x&quot;"));
    }

    [Test]
    public void The_page_has_no_script_or_style_of_its_own()
    {
        string html = File.ReadAllText(Path.Combine(_folder, "index.html"));

        Assert.That(html, Does.Not.Match("(?i)<style|\\sstyle=|\\son[a-z]+\\s*=|javascript:|importmap"));
        Assert.That(Script().Matches(html).Select(match => match.Value), Has.All.Match("<script [^>]*src=\"[^\"]+\"[^>]*></script>"));
    }

    [Test]
    public void No_script_parses_text_as_html_or_code()
    {
        var found =
            from path in _files
            where path.EndsWith(".js", StringComparison.Ordinal)
            from Match match in TextAsCode().Matches(File.ReadAllText(Path.Combine(_folder, path)))
            let line = $"{path}: {match.Value}"
            // Preact has these words for those who ask it to set HTML. No other file may ask, and the policy forbids it in the browser.
            where !(path == "vendor/preact.js" && match.Value is "innerHTML" or "dangerouslySetInnerHTML")
            select line;

        Assert.That(found, Is.Empty);
    }

    /// <summary>True for a module that becomes a part of app.js.</summary>
    private static bool IsModule(string path) =>
        path.EndsWith(".js", StringComparison.Ordinal) && path != "theme.js" && !path.StartsWith("vendor/", StringComparison.Ordinal);

    private static string HashOf(params (string Path, string Text)[] files) => Files("", [("index.html", ""), .. files]).Hash;

    private static PageFiles Files(string prefix, params (string Path, string Text)[] files) => new(
        files.ToDictionary(file => file.Path, file => PageFile.Compress(Encoding.UTF8.GetBytes(file.Text), "text/plain")), prefix);

    [GeneratedRegex(@"(?ms)^[ \t]*(//[^\n]*|/\*.*?\*/[ \t]*)$")]
    private static partial Regex Comment();

    [GeneratedRegex(@"(?m)^\s+")]
    private static partial Regex Indentation();

    [GeneratedRegex("(?is)<script.*?</script>")]
    private static partial Regex Script();

    [GeneratedRegex(
        @"\w*InnerHTML\b|\binnerHTML\b|\bouterHTML\b|\binsertAdjacentHTML\b|\bdocument\s*\.\s*write(ln)?\b|\beval\s*\(|\bnew\s+Function\b"
            + @"|\bDOMParser\b|\bcreateContextualFragment\b|\bsetHTMLUnsafe\b|\bsrcdoc\b")]
    private static partial Regex TextAsCode();
}
