using System.Text;
using System.Text.Json;
using Amqp.Protocol;
using Amqp.Server.Broker;
using Amqp.Server.Broker.DefinitionFiles;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Broker.Values;
using Amqp.Server.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace Amqp.Tests.Fuzz.Targets;

/// <summary>
/// Imports arbitrary bytes as definitions. An import succeeds as a whole, or changes nothing. Afterwards the broker can import its own
/// export.
/// </summary>
internal sealed class DefinitionTarget : FuzzTarget
{
    /// <summary>The target starts a new broker after this number of imports, because the old broker has too many objects by then.</summary>
    private const int ImportsOfBroker = 100;

    private string _directory = "";
    private MessageBroker? _broker;
    private int _imports;

    public override IEnumerable<byte[]> Seeds
    {
        get
        {
            yield return "{}"u8.ToArray();
            yield return Encoding.UTF8.GetBytes("""
                {"users":[{"name":"u","password_hash":"","hashing_algorithm":"rabbit_password_hashing_sha256","tags":["monitoring"],"limits":{"max-channels":5}}],
                "vhosts":[{"name":"v","default_queue_type":"quorum","metadata":{"description":"d","tags":["a"]}}],
                "permissions":[{"user":"u","vhost":"v","configure":".*","write":"^a","read":""}],
                "topic_permissions":[{"user":"u","vhost":"v","exchange":"amq.topic","write":"^a","read":".*"}],
                "parameters":[{"component":"vhost-limits","vhost":"v","name":"limits","value":{"max-queues":10}}],
                "global_parameters":[{"name":"g","value":{"a":[1,2.5,null]}}]}
                """);
            yield return Encoding.UTF8.GetBytes("""
                {"policies":[{"vhost":"/","name":"p","pattern":"^q","apply-to":"queues","definition":{"max-length":5,"message-ttl":100},"priority":1}],
                "queues":[{"name":"q","vhost":"/","durable":true,"auto_delete":false,"arguments":{"x-queue-type":"quorum","x-dead-letter-exchange":"x"}}],
                "exchanges":[{"name":"x","vhost":"/","type":"topic","durable":true,"auto_delete":false,"internal":false,"arguments":{"alternate-exchange":"amq.fanout"}}],
                "bindings":[{"source":"x","vhost":"/","destination":"q","destination_type":"queue","routing_key":"a.#","arguments":{"x-match":"all"}}]}
                """);
        }
    }

    public override void Run(ReadOnlySpan<byte> input)
    {
        if (_broker is null || _imports++ == ImportsOfBroker)
            Restart();
        byte[] before = Export();
        if (TryImport(input.ToArray()))
            Demand(TryImport(Export()), "what was exported cannot be imported");
        else
            Demand(Export().AsSpan().SequenceEqual(before), "what was refused has changed something");
    }

    protected override void Close()
    {
        _broker?.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _broker = null;
        if (_directory.Length > 0)
            Directory.Delete(_directory, recursive: true);
    }

    private bool TryImport(byte[] definitions)
    {
        try
        {
            using var document = JsonText.Parse(definitions, FieldTableCodec.DefaultMaxDepth);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return false;
            new DefinitionImport(_broker!.Definitions, "guest", null).Run(JsonFields.ReadTable(document.RootElement));
            return true;
        }
        catch (Exception error) when (error is JsonException or DefinitionException or ValidationException)
        {
            return false;
        }
    }

    private byte[] Export()
    {
        using var output = new MemoryStream();
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { MaxDepth = int.MaxValue }))
            DefinitionExport.Write(json, _broker!.Definitions, new DefinitionOrigin("3.13.0", "AmqpBroker", "1"));
        return output.ToArray();
    }

    private void Restart()
    {
        Close();
        _imports = 0;
        _directory = FastFolder.Create();
        var options = new BrokerOptions { DataDirectory = Path.Combine(_directory, "data") };
        _broker = MessageBroker.Open(
            options, TimeProvider.System, new ContainedFaults(NullLogger.Instance, TimeProvider.System), NullLogger.Instance,
            NullLogger.Instance);
    }
}
