using System.CommandLine;
using System.Net;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Amqp.Server.Cli.Api;

namespace Amqp.Server.Cli.Operate;

/// <summary>One run of a command: its arguments, a client of the broker, and the output.</summary>
internal sealed class CommandContext(ParseResult arguments, ApiClient client, CancellationToken cancellation) : IDisposable
{
    private readonly CancellationTokenSource _ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
    private readonly List<PosixSignalRegistration> _signals = [];

    public ApiClient Client => client;

    public CancellationToken Cancellation => _ending.Token;

    public TextWriter Output { get; } = arguments.InvocationConfiguration.Output;

    public TextWriter Error { get; } = arguments.InvocationConfiguration.Error;

    /// <summary>True if output goes to a terminal.</summary>
    public bool IsTerminal => ReferenceEquals(Output, Console.Out) && !Console.IsOutputRedirected;

    /// <summary>
    /// Virtual host of the command. The first source that names one is used: option, environment, profile. The default is <c>/</c>.
    /// </summary>
    public string VirtualHost => VirtualHostOrAll ?? client.Login.VirtualHost;

    /// <summary>Virtual host given with the option <c>--vhost</c>. If null, a list contains the resources of all virtual hosts.</summary>
    public string? VirtualHostOrAll => arguments.GetValue(CommonOptions.VirtualHost);

    public T Get<T>(Option<T> option) => arguments.GetValue(option)!;

    public T Get<T>(Argument<T> argument) => arguments.GetValue(argument)!;

    /// <summary>Sends a POST request that acts as an AMQP client in <see cref="VirtualHost"/>, such as a publish.</summary>
    /// <exception cref="ApiFailure">The broker refused the request.</exception>
    public async Task<JsonElement> PostAsClientAsync(string path, JsonNode body, string what)
    {
        try
        {
            return await client.PostAsync(path, body, what, Cancellation);
        }
        catch (ApiFailure refused) when (refused is { Status: HttpStatusCode.Unauthorized, Reason: "Access refused." })
        {
            // A missing permission and a missing virtual host have the same error text. A second request distinguishes them.
            ApiAnswer host = await client.AskAsync(HttpMethod.Get, ApiPath.Of("vhosts", VirtualHost), cancellation: Cancellation);
            throw host.Status == HttpStatusCode.NotFound ? ApiFailure.NoVirtualHost() : refused;
        }
    }

    /// <summary>Registers Ctrl-C and SIGTERM to cancel the command, so that the command can clear the terminal before it ends.</summary>
    public void TakeInterrupts()
    {
        if (_signals.Count == 0)
            _signals.AddRange(
                [PosixSignalRegistration.Create(PosixSignal.SIGINT, End), PosixSignalRegistration.Create(PosixSignal.SIGTERM, End)]);

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

    /// <summary>Prints a result of one line.</summary>
    public void Say(string sentence) => Output.WriteLine(sentence);

    /// <summary>Prints indented JSON.</summary>
    public void Print(JsonElement json) => Output.WriteLine(json.ToIndentedText());
}
