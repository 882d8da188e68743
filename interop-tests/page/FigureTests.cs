using System.Globalization;
using RabbitMQ.Client;

namespace Page;

/// <summary>Sizes and times of the page with 10,000 queues and 2,000 connections. Times are printed only.</summary>
public sealed class FigureTests
{
    private const int Queues = 10_000, Connections = 2_000, BudgetBytes = 120_000, Keystrokes = 40;

    private readonly List<IConnection> _connections = [];
    private Site _site = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _site = await Site.StartAsync();
        await _site.Api.DoAsync("POST", "/api/definitions", new
        {
            queues = Enumerable.Range(0, Queues).Select(i => new
            {
                name = string.Create(CultureInfo.InvariantCulture, $"orders.{i:0000}"),
                vhost = "/",
                durable = true,
                auto_delete = false,
                arguments = new { },
            }),
        });
        var factory = new ConnectionFactory { HostName = "127.0.0.1", Port = _site.Broker.Port, AutomaticRecoveryEnabled = false };
        foreach (int[] some in Enumerable.Range(0, Connections).Chunk(50))
            _connections.AddRange(await Task.WhenAll(some.Select(_ => factory.CreateConnectionAsync())));
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _site.DisposeAsync();
        foreach (var connection in _connections)
            await connection.DisposeAsync();
    }

    [Test]
    public async Task First_page_is_at_most_120_kB()
    {
        await using var visit = await Visit.OpenAsync("guest", site: _site);
        await visit.GoAsync("/queues");

        double[] figures = await visit.Page.EvaluateAsync<double[]>("""
            () => {
              const all = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
                .filter(one => !new URL(one.name).pathname.startsWith('/api/'));
              return [all.reduce((sum, one) => sum + one.transferSize, 0), all.length,
                performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0, performance.now()];
            }
            """);

        Print($"first page: {figures[0]:N0} bytes in {figures[1]} files; first paint {figures[2]:N0} ms, rows {figures[3]:N0} ms");
        Assert.That(figures[0], Is.LessThan(BudgetBytes).And.GreaterThan(10_000));
    }

    [Test]
    public async Task Filter_shows_the_rows_that_match()
    {
        await using var visit = await Visit.OpenAsync("guest", site: _site);
        await visit.GoAsync("/queues");
        double[] times = await visit.Page.EvaluateAsync<double[]>("""
            async ([queues, keystrokes]) => {
              const names = Array.from({ length: queues }, (_, i) => `orders.${String(i).padStart(4, '0')}`);
              const input = document.querySelector('[data-filter]');
              const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set;
              const number = new Intl.NumberFormat('en-US');
              const times = [];
              for (let i = 0; i < keystrokes; i++) {
                const text = String(i * 7919 % queues).slice(0, 1 + i % 4);
                const matching = names.filter(name => name.includes(text));
                const expected = `${number.format(matching.length)} of`;
                const isShown = () => document.querySelector('.list-bar .count').textContent.startsWith(expected)
                  && document.querySelector('.grid-row:not(.is-missing)')?.textContent.includes(matching[0]);
                const start = performance.now();
                set.call(input, text);
                input.dispatchEvent(new Event('input', { bubbles: true }));
                while (!isShown() && performance.now() - start < 10000)
                  await new Promise(requestAnimationFrame);
                times.push(performance.now() - start);
              }
              return times;
            }
            """, new[] { Queues, Keystrokes });

        Array.Sort(times);
        double median = times[Keystrokes / 2], late = times[Keystrokes * 95 / 100];
        Print($"keystroke to rows of {Queues:N0} queues, {Connections:N0} connections: median {median:N0} ms, 95th percentile {late:N0} ms");
        Assert.That(times[^1], Is.LessThan(10_000), "all rows appeared");
    }

    private static void Print(string text) => TestContext.Progress.WriteLine(text);
}
