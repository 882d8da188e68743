using System.Runtime.CompilerServices;

namespace Page;

/// <summary>The accessibility checks of axe-core.</summary>
internal static class Axe
{
    private static readonly Lazy<string> _source = new(() => System.IO.File.ReadAllText(File));

    /// <summary>The script of axe-core.</summary>
    public static string File => Path.GetFullPath(Path.Combine(Folder(), "../node/node_modules/axe-core/axe.min.js"));

    /// <summary>Returns the violations in the light and the dark theme: rule, element, reason.</summary>
    /// <param name="page">The tab.</param>
    /// <param name="root">Selector of the part that is checked.</param>
    public static async Task<IReadOnlyList<string>> ViolationsAsync(IPage page, string root = "html")
    {
        if (!await page.EvaluateAsync<bool>("() => typeof axe !== 'undefined'"))
            await page.EvaluateAsync(_source.Value + "; undefined");
        var found = new List<string>();
        foreach (var scheme in (ColorScheme[])[ColorScheme.Dark, ColorScheme.Light])
        {
            await page.EmulateMediaAsync(new() { ColorScheme = scheme });
            string[] violations = await page.EvaluateAsync<string[]>("""
                async root => {
                  const { violations } = await axe.run(document.querySelector(root), { resultTypes: ['violations'] });
                  const text = (rule, node) => `${rule.id}: ${node.html.slice(0, 200)}: ${node.failureSummary}`;
                  return violations.flatMap(rule => rule.nodes.map(node => text(rule, node)));
                }
                """, root);
            found.AddRange(violations.Select(violation => $"{scheme}: {violation}"));
        }
        return found;
    }

    private static string Folder([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
