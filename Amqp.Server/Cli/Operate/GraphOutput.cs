using System.Text.Json;

namespace Amqp.Server.Cli.Operate;

/// <summary>Prints a graph of exchanges and queues.</summary>
internal sealed class GraphOutput
{
    private readonly JsonElement[] _nodes;
    private readonly ILookup<string, JsonElement> _edges; // by the node from which they lead
    private readonly Dictionary<string, JsonElement> _byId;
    private readonly long _hidden;

    /// <param name="graph">The answer of <c>/api/graph</c>.</param>
    public GraphOutput(JsonElement graph)
    {
        _nodes = [.. graph.GetProperty("nodes").EnumerateArray()];
        _byId = _nodes.ToDictionary(node => Text(node, "id"));
        _edges = graph.GetProperty("edges").EnumerateArray().ToLookup(edge => Text(edge, "from"));
        _hidden = graph.GetProperty("hidden").GetInt64();
    }

    /// <summary>Prints a tree for each node to which no edge leads, and then for nodes on loops.</summary>
    public void PrintTree(TextWriter output)
    {
        var reached = _edges.SelectMany(edges => edges).Where(edge => Text(edge, "from") != Text(edge, "to"))
            .Select(edge => Text(edge, "to")).ToHashSet();
        var printed = new HashSet<string>();
        foreach (JsonElement node in _nodes.OrderBy(node => reached.Contains(Text(node, "id"))))
            if (!printed.Contains(Text(node, "id")))
                PrintTree(output, node, "", printed);
        if (_nodes.Length == 0)
            output.WriteLine("Nothing is bound.");
        if (_hidden > 0)
            output.WriteLine($"{_hidden} more exchanges and queues are not shown. See them with --limit, --exchange or --queue.");
    }

    /// <summary>Prints the graph in the language of Graphviz.</summary>
    public void PrintDot(TextWriter output)
    {
        output.WriteLine("digraph {");
        output.WriteLine("  rankdir = LR;");
        foreach (JsonElement node in _nodes)
        {
            string shape = Text(node, "kind") switch { "exchange" => "ellipse", "queue" => "box", _ => "box3d" };
            output.WriteLine($"  {Quoted(Text(node, "id"))} [shape = {shape}, label = {Quoted(Describe(node))}];");
        }
        foreach (JsonElement edge in _edges.SelectMany(edges => edges))
        {
            string style = Text(edge, "kind") switch { "binding" => "solid", "alternate" => "dashed", _ => "dotted" };
            output.WriteLine(
                $"  {Quoted(Text(edge, "from"))} -> {Quoted(Text(edge, "to"))} [style = {style}, label = {Quoted(Describe(edge, ""))}];");
        }
        output.WriteLine("}");
    }

    private void PrintTree(TextWriter output, JsonElement node, string indent, HashSet<string> printed)
    {
        bool isFirst = printed.Add(Text(node, "id"));
        JsonElement[] edges = [.. _edges[Text(node, "id")]];
        output.WriteLine(OutputTable.Clean($"{Describe(node)}{(!isFirst && edges.Length > 0 ? " (see above)" : "")}"));
        foreach (JsonElement edge in isFirst ? edges : [])
        {
            output.Write(OutputTable.Clean($"{indent}  --{Describe(edge, "--")}--> "));
            PrintTree(output, _byId[Text(edge, "to")], $"{indent}  ", printed);
        }
    }

    private static string Describe(JsonElement node)
    {
        string name = Text(node, "name") is { Length: > 0 } given ? given : "(default exchange)";
        string messages = node.GetProperty("messages_ready") is { ValueKind: JsonValueKind.Number } ready ? $", {ready} ready" : "";
        return Text(node, "kind") switch
        {
            "exchange" => $"exchange {name} ({Text(node, "type")})",
            "queue" => $"queue {name} ({Text(node, "type")}{messages})",
            _ => $"{node.GetProperty("count")} queues {name}{messages}",
        };
    }

    /// <summary>Describes an edge: its kind, unless it is a binding, and its first keys.</summary>
    private static string Describe(JsonElement edge, string otherwise)
    {
        string[] keys = [.. edge.GetProperty("keys").EnumerateArray().Select(key => key.GetString()!).Where(key => key.Length > 0)];
        long further = edge.GetProperty("count").GetInt64() - edge.GetProperty("keys").GetArrayLength();
        string kind = Text(edge, "kind") is "binding" ? "" : Text(edge, "kind").Replace('_', ' ');
        string text = string.Join(
            ' ', new[] { kind, string.Join(", ", keys), keys.Length > 0 && further > 0 ? $"and {further} more" : "" }
                .Where(part => part.Length > 0));
        return text.Length > 0 ? text : otherwise;
    }

    private static string Quoted(string text) =>
        $"\"{OutputTable.Clean(text).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private static string Text(JsonElement element, string field) => element.GetProperty(field).GetString() ?? "";
}
