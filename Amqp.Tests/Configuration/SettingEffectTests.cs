using System.Collections;
using System.Globalization;
using System.Net;
using System.Reflection;
using System.Runtime.CompilerServices;
using Amqp.Server.Configuration;

namespace Amqp.Tests.Configuration;

/// <summary>Each setting changes exactly the options that the table <c>SettingEffects.tsv</c> lists for it.</summary>
public class SettingEffectTests
{
    // Without this setting, the addresses of the listeners would depend on the machine.
    private const string Always = "bind = 127.0.0.1";

    private static IEnumerable<TestCaseData> Rows() => File.ReadAllLines(TablePath()).Select(line => line.Split('\t')).Select(columns =>
        new TestCaseData(columns[0], columns.Length > 1 ? columns[1] : "").SetArgDisplayNames(columns[0]));

    [TestCaseSource(nameof(Rows))]
    public void A_setting_changes_its_options_and_no_others(string settings, string effects) =>
        Assert.That(EffectsOf(settings), Is.EqualTo(effects));

    [Test]
    public void Every_setting_is_in_the_table()
    {
        var known = Rows()
            .SelectMany(row => ((string)row.Arguments[0]!).Split("; "))
            .Select(line => SettingTable.Find(line.Split(" = ")[0].Split('.'), out _)!.Key.ToString());

        Assert.That(SettingTable.Effective.Select(setting => setting.Key.ToString()).Except(known), Is.Empty);
    }

    /// <summary>
    /// Rewrites the effects in SettingEffects.tsv. Run this test after you have added a setting to the file, and review the result.
    /// </summary>
    [Test, Explicit("changes the table")]
    public void Write_the_effects() =>
        File.WriteAllLines(
            TablePath(), Rows().Select(row => (string)row.Arguments[0]!).Select(settings => $"{settings}\t{EffectsOf(settings)}").ToList());

    private static string EffectsOf(string settings)
    {
        BrokerConfiguration plain = ConfigurationOf.File(Always),
            set = ConfigurationOf.File($"{Always}\n{settings.Replace("; ", "\n", StringComparison.Ordinal)}");
        Assert.That(set.Errors, Is.Empty);
        var before = Values("", plain.Options).ToDictionary();
        return string.Join(
            "; ",
            Values("", set.Options).Where(option => before[option.Key] != option.Value).Select(option => $"{option.Key} = {option.Value}"));
    }

    /// <summary>
    /// Returns the names and values of all options. The name of an option within another option contains a dot: <c>Outer.Inner</c>.
    /// </summary>
    private static IEnumerable<KeyValuePair<string, string>> Values(string prefix, object options)
    {
        foreach (PropertyInfo property in options.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            object? value = property.GetValue(options);
            if (value is null or string or IEnumerable or Uri or EndPoint || value.GetType().IsValueType)
                yield return KeyValuePair.Create(prefix + property.Name, Text(value));
            else
                foreach (var inner in Values($"{prefix}{property.Name}.", value))
                    yield return inner;
        }
    }

    private static string Text(object? value) => value switch
    {
        null => "none",
        string text => text,
        IEnumerable list => $"[{string.Join(", ", list.Cast<object>().Select(Text))}]",
        Uri or EndPoint or bool or Enum => value.ToString()!,
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ when value.GetType() is { IsGenericType: true } pair && pair.GetGenericTypeDefinition() == typeof(KeyValuePair<,>) =>
            value.ToString()!,
        _ => $"({string.Join(", ", Values("", value).Select(option => $"{option.Key} {option.Value}"))})",
    };

    private static string TablePath([CallerFilePath] string thisFile = "") =>
        Path.Combine(Path.GetDirectoryName(thisFile)!, "SettingEffects.tsv");
}
