using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Amqp.Server.Broker.Faults;
using Amqp.Tests.Support;

namespace Amqp.Tests.Faults;

/// <summary>Where an operator sees that something was contained.</summary>
public class FaultCountTests
{
    [Test]
    public async Task Prometheus_and_the_HTTP_API_tell_of_contained_faults()
    {
        await using var broker = await BrokerInProcess.StartAsync("prometheus.tcp.port = 0");
        broker.Broker.Faults.Note(Compartment.Exchange, "exchange 'x' in vhost '/'", new InvalidOperationException("no"));
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes("guest:guest")));

        string metrics = await http.GetStringAsync($"http://127.0.0.1:{broker.MetricsPort}/metrics");
        using var faults = JsonDocument.Parse(await http.GetStringAsync($"http://127.0.0.1:{broker.ManagementPort}/api/faults"));

        Assert.That(metrics, Does.Contain("""amqpbroker_contained_faults_total{compartment="exchange"} 1""").And.Contain("""amqpbroker_contained_faults_total{compartment="queue"} 0"""));
        Assert.That(faults.RootElement.GetProperty("total").GetInt64(), Is.EqualTo(1));
        Assert.That(faults.RootElement.GetProperty("compartments").GetProperty("exchange").GetInt64(), Is.EqualTo(1));
        var recent = faults.RootElement.GetProperty("recent")[0];
        Assert.That((recent.GetProperty("place").GetString(), recent.GetProperty("error").GetString()), Is.EqualTo(("exchange 'x' in vhost '/'", "InvalidOperationException")));
    }
}
