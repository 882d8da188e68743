using Amqp.Protocol;
using BenchmarkDotNet.Attributes;

namespace Amqp.Benchmarks;

/// <summary>Measures the time to find the queues for one message without a cached route.</summary>
[MemoryDiagnoser]
public class RoutingBenchmarks
{
    private const int Keys = 4096; // must be a power of two, so that a bit mask wraps the index of the next key

    private readonly BoundHost _topic = new("topic"), _direct = new("direct"), _fanout = new("fanout"), _headers = new("headers");
    private readonly string[] _directKeys = [.. Enumerable.Range(0, Keys).Select(number => $"order.{number * 24}.shipped")];
    private string[] _topicKeys = [];
    private byte[] _messageHeaders = [];
    private int _turn;

    /// <summary>Number of bindings of the topic exchange, and of the direct exchange.</summary>
    [Params(1_000, 100_000)]
    public int Bindings { get; set; }

    [GlobalSetup]
    public void Bind()
    {
        int number = 0;
        foreach (string key in DeviceKeys.Bound(Bindings))
            _topic.Bind(number++, key);
        _topicKeys = DeviceKeys.Published(Bindings, Keys);
        for (int i = 0; i < Bindings; i++)
            _direct.Bind(i, $"order.{i}.shipped");
        for (int i = 0; i < 100; i++)
        {
            _fanout.Bind(i, "");
            _headers.Bind(
                i, "", FieldTable.Empty.With("x-match", FieldValue.FromString("all")).With("kind", FieldValue.FromString($"kind-{i}")));
        }
        var headers = FieldTable.Empty.With("kind", FieldValue.FromString("kind-42")).With("tenant", FieldValue.FromString("acme"));
        var encoded = new System.Buffers.ArrayBufferWriter<byte>();
        new WireWriter(encoded).WriteTable(headers);
        _messageHeaders = encoded.WrittenSpan[sizeof(uint)..].ToArray(); // skips the length of the encoded table
    }

    [GlobalCleanup]
    public void Dispose()
    {
        foreach (var host in new[] { _topic, _direct, _fanout, _headers })
            host.Dispose();
    }

    [Benchmark(Description = "topic, 3 match")]
    public void Topic() => _topic.Follow(_topicKeys[_turn++ & (Keys - 1)]);

    [Benchmark(Description = "topic, 3 match, with a route for the cache")]
    public object TopicRoute()
    {
        Topic();
        return _topic.Finder.ToRoute();
    }

    [Benchmark(Description = "direct")]
    public void Direct() => _direct.Follow(_directKeys[_turn++ & (Keys - 1)]);

    [Benchmark(Description = "fanout to 100 queues")]
    public void Fanout() => _fanout.Follow("");

    [Benchmark(Description = "headers, 100 bindings, 1 matches")]
    public void Headers() => _headers.Follow("", _messageHeaders);
}
