using System.CommandLine;
using System.Net;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Amqp.Server.Cli.Api;

namespace Amqp.Server.Cli.Operate;

/// <summary>What a command works with: its arguments, the broker, where to print.</summary>
/// <param name="arguments">The command line.</param>
/// <param name="client">The broker.</param>
/// <param name="cancellation">Ends it early.</param>
internal sealed class CommandContext(ParseResult arguments, ApiClient client, CancellationToken cancellation) : IDisposable
{
    private static readonly JsonSerializerOptions _json = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly CancellationTokenSource _ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
    private readonly List<PosixSignalRegistration> _signals = [];

    public ApiClient Client => client;

    public CancellationToken Cancellation => _ending.Token;

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

    /// <summary>Asks for something to be done in the virtual host that is meant, as an AMQP client would ask.</summary>
    /// <exception cref="ApiFailure">The broker refuses.</exception>
    public async Task<JsonElement> PostAsClientAsync(string path, JsonNode body, string what)
    {
        try
        {
            return await client.PostAsync(path, body, what, Cancellation);
        }
        catch (ApiFailure refused) when (refused is { Status: HttpStatusCode.Unauthorized, Reason: "Access refused." })
        {
            // It is refused in the same words whether a permission is missing or the virtual host.
            ApiAnswer host = await client.AskAsync(HttpMethod.Get, ApiPath.Of("vhosts", VirtualHost), cancellation: Cancellation);
            throw host.Status == HttpStatusCode.NotFound ? ApiFailure.NoVirtualHost() : refused;
        }
    }

    /// <summary>From here on Ctrl-C and SIGTERM cancel the work instead of ending the process, so that what is drawn on the terminal can be taken away.</summary>
    public void TakeInterrupts()
    {
        if (_signals.Count == 0)
            _signals.AddRange([PosixSignalRegistration.Create(PosixSignal.SIGINT, End), PosixSignalRegistration.Create(PosixSignal.SIGTERM, End)]);

        void End(PosixSignalContext signal)
        {
            signal.Cancel = true;
            _ending.Cancel();
        }
    }

    public void Dispose()
    {
        foreach (PosixSignalRegistration signal in _signals)
            signal.Dispose();
        _ending.Dispose();
    }

    /// <summary>Says in a line what was done.</summary>
    public void Say(string sentence) => Output.WriteLine(sentence);

    /// <summary>Prints JSON for programs, in lines that a person can read too.</summary>
    public void Print(JsonElement json) => Output.WriteLine(JsonSerializer.Serialize(json, _json));
}
