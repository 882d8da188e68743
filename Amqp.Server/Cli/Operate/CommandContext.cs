using System.CommandLine;
using System.Text.Json;
using Amqp.Server.Cli.Api;

namespace Amqp.Server.Cli.Operate;

/// <summary>What a command works with: its arguments, the broker, where to print.</summary>
/// <param name="arguments">The command line.</param>
/// <param name="client">The broker.</param>
/// <param name="cancellation">Ctrl-C.</param>
internal sealed class CommandContext(ParseResult arguments, ApiClient client, CancellationToken cancellation)
{
    private static readonly JsonSerializerOptions _json = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public ParseResult Arguments => arguments;

    public ApiClient Client => client;

    public CancellationToken Cancellation => cancellation;

    public TextWriter Output { get; } = arguments.InvocationConfiguration.Output;

    public TextWriter Error { get; } = arguments.InvocationConfiguration.Error;

    /// <summary>Whether a person looks at the output.</summary>
    public bool IsTerminal => ReferenceEquals(Output, Console.Out) && !Console.IsOutputRedirected;

    /// <summary>The virtual host that is meant: the option's, the profile's, or the default one.</summary>
    public string VirtualHost => VirtualHostOrAll ?? client.Login.VirtualHost;

    /// <summary>The one that was asked for; null when none was, which means all to a list.</summary>
    public string? VirtualHostOrAll => arguments.GetValue(CommonOptions.VirtualHost);

    public T Get<T>(Option<T> option) => arguments.GetValue(option)!;

    public T Get<T>(Argument<T> argument) => arguments.GetValue(argument)!;

    /// <summary>Says in a line what was done.</summary>
    public void Say(string sentence) => Output.WriteLine(sentence);

    /// <summary>Prints JSON for programs, in lines that a person can read too.</summary>
    public void Print(JsonElement json) => Output.WriteLine(JsonSerializer.Serialize(json, _json));
}
