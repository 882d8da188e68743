using System.Text.Json;

namespace Amqp.Server.Cli.Operate;

/// <summary>Prints all fields of a resource, one per line.</summary>
internal static class ResourceView
{
    /// <summary>Gets a resource from the HTTP API and prints it.</summary>
    public static async Task ShowAsync(CommandContext context, string path, string what)
    {
        JsonElement found = await context.Client.GetAsync(path, what, context.Cancellation);
        if (context.Get(CommonOptions.Json))
        {
            context.Print(found);
            return;
        }
        (string Name, JsonElement Value)[] fields = [.. Flatten("", found)];
        int width = fields.Length == 0 ? 0 : fields.Max(field => field.Name.Length);
        foreach (var (name, value) in fields)
            context.Output.WriteLine($"{name.PadRight(width)}  {ListColumn.Text(value)}");
    }

    // Names a nested field by its path, with dots. The options --columns and --filter accept the same names.
    private static IEnumerable<(string Name, JsonElement Value)> Flatten(string prefix, JsonElement item) => item.EnumerateObject()
        .SelectMany(field => field.Value.ValueKind == JsonValueKind.Object && field.Value.EnumerateObject().Any()
            ? Flatten($"{prefix}{field.Name}.", field.Value)
            : [(prefix + field.Name, field.Value)]);
}
