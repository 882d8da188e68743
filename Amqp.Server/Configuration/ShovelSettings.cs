using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Amqp.Server.Configuration;

/// <summary>Settings for static shovels.</summary>
internal static class ShovelSettings
{
    private static readonly ValueKind<string> _object = new("a JSON object on one line", TryReadObject);

    public static IReadOnlyList<Setting> Rows { get; } =
    [
        Setting.Of("shovels.$name.definition", _object, "",
            "A [static shovel](shovels.md#static-shovels) with the name `$name`. The fields are those of other shovels, without "
                + "`src-delete-after`.",
            (target, value, how) => target.Shovel(how.Name, value), isSecret: true),
    ];

    private static bool TryReadObject(string text, [MaybeNullWhen(false)] out string value)
    {
        value = text;
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
