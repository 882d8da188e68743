using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Amqp.Server.Configuration;

namespace Amqp.Tests.Configuration;

/// <summary>docs/configuration.md lists every setting that has an effect, and no other names.</summary>
public partial class DocumentationTests
{
    private static readonly string _text = File.ReadAllText(PathOfDocumentation());

    private static IEnumerable<string> Rows() => _text.Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal));

    [TestCaseSource(nameof(EffectiveKeys))]
    public void Every_setting_is_documented_as_the_table_has_it(string key) =>
        Assert.That(
            Rows().SingleOrDefault(row => FirstCell().Match(row).Groups[1].Value == key),
            Is.EqualTo(RowOf(SettingTable.Effective.Single(setting => setting.Key.ToString() == key))));

    [Test]
    public void Nothing_is_documented_that_is_no_setting() =>
        Assert.That(
            Rows().Select(row => FirstCell().Match(row).Groups[1].Value).Except(SettingTable.All.Select(setting => setting.Key.ToString())),
            Is.Empty);

    /// <summary>Rewrites the rows of docs/configuration.md. Run this test after a change of <see cref="SettingTable"/>.</summary>
    [Test, Explicit("changes the documentation")]
    public void Write_the_rows()
    {
        List<string> lines = [.. _text.Split('\n')];
        int last = lines.FindIndex(line => FirstCell().IsMatch(line));
        foreach (Setting setting in SettingTable.Effective)
        {
            int at = lines.FindIndex(line => FirstCell().Match(line).Groups[1].Value == setting.Key.ToString());
            if (at >= 0)
                lines[at] = RowOf(setting);
            else
                lines.Insert(at = last + 1, RowOf(setting));
            last = at;
        }
        File.WriteAllText(PathOfDocumentation(), string.Join('\n', lines));
    }

    private static string RowOf(Setting setting)
    {
        string value = setting.Default.Length > 0 ? $"`{setting.Default}`" : "";
        return $"| `{setting.Key}` | `{setting.Key.Variable}` | {value} | {setting.Expected} | {setting.Description} |";
    }

    private static IEnumerable<string> EffectiveKeys() => SettingTable.Effective.Select(setting => setting.Key.ToString());

    [GeneratedRegex("^\\| `([^`]+)` \\|")]
    private static partial Regex FirstCell();

    private static string PathOfDocumentation([CallerFilePath] string thisFile = "") =>
        Path.Combine(Path.GetDirectoryName(thisFile)!, "..", "..", "docs", "configuration.md");
}
