using System.Globalization;
using System.Text.Json;

namespace Amqp.Server.Cli.Ctl;

/// <summary>Reads the arguments of a verb, and the arguments of a declared object, such as <c>x-max-length</c>.</summary>
internal static class CtlArguments
{
    private static readonly JsonElement _none = Array.Empty<JsonElement>().ToElement();

    /// <summary>Returns an argument of a verb as a positive integer.</summary>
    /// <exception cref="CtlException">The argument is not a positive integer.</exception>
    public static int PositiveNumber(CtlCall call, int index) =>
        int.TryParse(call[index], NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0 ? number
        : throw CtlException.BadArgument(call, "Argument must be a positive integer");

    /// <summary>
    /// Returns the arguments of a declared object, such as a queue. Returns an empty list if there are none, as Erlang does.
    /// </summary>
    public static JsonElement Of(JsonElement item) =>
        item.TryGetProperty("arguments", out JsonElement arguments)
            && arguments.ValueKind == JsonValueKind.Object
            && arguments.EnumerateObject().Any()
            ? CtlJson.Sorted(arguments)
            : _none;
}
