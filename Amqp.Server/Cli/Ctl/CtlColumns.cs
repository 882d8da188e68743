namespace Amqp.Server.Cli.Ctl;

/// <summary>The columns that a list is asked for.</summary>
internal static class CtlColumns
{
    /// <summary>Those of the arguments, which may be joined by commas; the usual ones when there are none.</summary>
    /// <exception cref="CtlException">There are no such columns.</exception>
    public static string[] Of(CtlCall call, string[] known, params string[] usual)
    {
        string[] wanted = [.. call.Input.Arguments.SelectMany(column => column.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).Distinct()];
        string[] unknown = [.. wanted.Where(column => !known.Contains(column)).Order(StringComparer.Ordinal)];
        if (unknown.Length > 0)
            throw CtlException.Usage(call.Input, call.Verb, $"Info key(s) {string.Join(',', unknown)} are not supported");
        return wanted.Length > 0 ? wanted : usual;
    }
}
