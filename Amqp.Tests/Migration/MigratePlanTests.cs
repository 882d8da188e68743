using System.Text;
using Amqp.Protocol;
using Amqp.Tests.Cli;

namespace Amqp.Tests.Migration;

/// <summary>The plan of a migration: what it names, and that it changes nothing.</summary>
public sealed class MigratePlanTests
{
    [Test]
    public async Task A_dry_run_changes_nothing_at_either_end()
    {
        await using var pair = await MigrationPair.StartAsync();
        await pair.Here.DeclareAsync("q");
        await pair.Here.FillAsync("q", TestMessages.Of("q", 0, 3));
        string before = await ExportAsync(pair.Target.ManagementPort);

        CliRun run = await pair.RunAsync("--dry-run");

        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Lines.Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries))),
            Does.Contain("/ q classic yes 3 0 " + Enumerable.Range(0, 3).Sum(i => 3 + i)));
        Assert.That(await ExportAsync(pair.Target.ManagementPort), Is.EqualTo(before));
        Assert.That(await pair.Here.CountAsync("q"), Is.EqualTo(3));
        Assert.That(File.Exists(pair.State), Is.False);
    }

    [Test]
    public async Task What_cannot_be_moved_or_changes_is_named_with_its_number()
    {
        await using var pair = await MigrationPair.StartAsync();
        await pair.Here.DeclareAsync("ttl", FieldTable.Empty.With("x-message-ttl", FieldValue.FromInt32(600_000)));
        await pair.Here.FillAsync("ttl", TestMessages.Of("ttl", 0, 2));
        await pair.Here.DeclareAsync("auto", isAutoDelete: true);
        await pair.Here.DeclareAsync("short", FieldTable.Empty.With("x-max-length", FieldValue.FromInt32(100)));
        await pair.There.DeclareAsync("short");
        await pair.Here.CallAsync<QueueDeclare, QueueDeclareOk>(new QueueDeclare(
            "mine", Passive: false, Durable: false, Exclusive: true, AutoDelete: false, NoWait: false, FieldTable.Empty));
        await DelayAsync(pair, 3);
        await ImportAsync(pair.Source.ManagementPort, """
            {"parameters":[{"component":"shovel","vhost":"/","name":"s",
            "value":{"src-uri":"amqp://127.0.0.1:1","src-queue":"x","dest-uri":"amqp://","dest-queue":"y"}}]}
            """);

        var (code, json) = await pair.RunForJsonAsync("--dry-run");

        Assert.That(code, Is.Zero);
        Assert.That(
            json.GetProperty("plan").GetProperty("notes").EnumerateArray()
                .Select(note => $"{note.GetProperty("kind").GetString()} {note.GetProperty("count").GetInt64()}"),
            Is.EquivalentTo(new[]
            {
                "delayed 3", "exclusive 0", "auto_delete 0", "message_ttl 2", "max_length 0", "existing_queue 1", "user_id 1",
                "existing_user 1", "link 1",
            }));
    }

    private static async Task DelayAsync(MigrationPair pair, int count)
    {
        await pair.Here.CallAsync<ExchangeDeclare, ExchangeDeclareOk>(new ExchangeDeclare(
            "later", "x-delayed-message", Passive: false, Durable: true, AutoDelete: false, Internal: false, NoWait: false,
            FieldTable.Empty.With("x-delayed-type", FieldValue.FromString("fanout"))));
        await pair.Here.CallAsync<QueueBind, QueueBindOk>(new QueueBind("ttl", "later", "", NoWait: false, FieldTable.Empty));
        for (int i = 0; i < count; i++)
            await pair.Here.PublishAsync("later", FieldTable.Empty.With("x-delay", FieldValue.FromInt32(600_000)));
    }

    private static async Task ImportAsync(int port, string definitions)
    {
        using var http = Client();
        using var content = new StringContent(definitions, Encoding.UTF8, "application/json");
        var answer = await http.PostAsync($"http://127.0.0.1:{port}/api/definitions", content);
        Assert.That(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static async Task<string> ExportAsync(int port)
    {
        using var http = Client();
        return await http.GetStringAsync($"http://127.0.0.1:{port}/api/definitions");
    }

    private static HttpClient Client()
    {
        var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String("guest:guest"u8));
        return http;
    }
}
