using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Amqp.Server.Configuration;

namespace Amqp.Tests.Configuration;

/// <summary>docs/configuration.md lists what there is, and nothing else.</summary>
public partial class DocumentationTests
{
    private static readonly string _text = File.ReadAllText(PathOfDocumentation());

    private static IEnumerable<string> Rows() => _text.Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal));

    [TestCaseSource(nameof(EffectiveKeys))]
    public void Every_setting_is_documented_as_the_table_has_it(string key)
    {
        Setting setting = SettingTable.Effective.Single(setting => setting.Key.ToString() == key);
        string value = setting.Default.Length > 0 ? $"`{setting.Default}`" : "";

        Assert.That(Rows(), Has.Member($"| `{key}` | `{setting.Key.Variable}` | {value} | {setting.Expected} | {setting.Description} |"));
    }

    [Test]
    public void Every_setting_without_effect_is_listed() =>
        Assert.That(
            RabbitMqSettings.WithoutEffect.Select(setting => setting.Key.ToString()).Where(key => !_text.Contains($"`{key}`", StringComparison.Ordinal)),
            Is.Empty);

    [Test]
    public void Nothing_is_documented_that_is_no_setting() =>
        Assert.That(
            Rows().Select(row => FirstCell().Match(row).Groups[1].Value).Except(SettingTable.All.Select(setting => setting.Key.ToString())),
            Is.Empty);

    private static IEnumerable<string> EffectiveKeys() => SettingTable.Effective.Select(setting => setting.Key.ToString());

    [GeneratedRegex("^\\| `([^`]+)` \\|")]
    private static partial Regex FirstCell();

    private static string PathOfDocumentation([CallerFilePath] string thisFile = "") =>
        Path.Combine(Path.GetDirectoryName(thisFile)!, "..", "..", "docs", "configuration.md");
}
