namespace Amqp.Server.Cli.Ctl;

/// <summary>Reads the column names given on the command line.</summary>
internal static class CtlColumns
{
    /// <summary>Returns the columns given on the command line. If there are none, returns the <paramref name="usual"/> columns.</summary>
    /// <exception cref="CtlException">A column is unknown.</exception>
    public static string[] Of(CtlCall call, string[] known, params string[] usual)
    {
        string[] wanted =
        [
            .. call.Input.Arguments.SelectMany(
                column => column.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
                .Distinct()
        ];
        string[] unknown = [.. wanted.Where(column => !known.Contains(column)).Order(StringComparer.Ordinal)];
        if (unknown.Length > 0)
            throw CtlException.Usage(call.Input, call.Verb, $"Info key(s) {string.Join(',', unknown)} are not supported");
        return wanted.Length > 0 ? wanted : usual;
    }
}
