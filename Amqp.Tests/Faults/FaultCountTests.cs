using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Amqp.Server.Broker.Faults;
using Amqp.Tests.Support;

namespace Amqp.Tests.Faults;

/// <summary>The counts of faults are shown to operators in several places.</summary>
public class FaultCountTests
{
    [Test]
    public async Task Prometheus_and_the_HTTP_API_tell_of_contained_faults()
    {
        await using var broker = await BrokerInProcess.StartAsync("prometheus.tcp.port = 0");
        broker.Broker.Faults.Note(Compartment.Http, "a request", new ArgumentException("why"));
        for (int i = 0; i < 3; i++)
            broker.Broker.Faults.Note(Compartment.Exchange, "exchange 'x' in vhost '/'", new InvalidOperationException("no"));
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes("guest:guest")));

        string metrics = await http.GetStringAsync($"http://127.0.0.1:{broker.MetricsPort}/metrics");
        using var faults = JsonDocument.Parse(await http.GetStringAsync($"http://127.0.0.1:{broker.ManagementPort}/api/faults"));

        Assert.That(
            metrics,
            Does.Contain("""amqpbroker_contained_faults_total{compartment="exchange"} 3""")
                .And.Contain("""amqpbroker_contained_faults_total{compartment="queue"} 0"""));
        Assert.That(faults.RootElement.GetProperty("total").GetInt64(), Is.EqualTo(4));
        Assert.That(
            new[] { "exchange", "http", "queue" }.Select(
                compartment => faults.RootElement.GetProperty("compartments").GetProperty(compartment).GetInt64()),
            Is.EqualTo(new[] { 3, 1, 0 }));
        Assert.That(faults.RootElement.GetProperty("recent").EnumerateArray().Select(Describe), Is.EquivalentTo(new[]
        {
            "3 in exchange at exchange 'x' in vhost '/': InvalidOperationException no", "1 in http at a request: ArgumentException why",
        }));

        static string Describe(JsonElement fault) =>
            $"{fault.GetProperty("count").GetInt64()} in {fault.GetProperty("compartment").GetString()} "
                + $"at {fault.GetProperty("place").GetString()}: "
                + $"{fault.GetProperty("error").GetString()} {fault.GetProperty("reason").GetString()}";
    }
}
