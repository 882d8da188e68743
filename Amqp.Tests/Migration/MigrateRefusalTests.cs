using System.Text.Json;
using Amqp.Protocol;

namespace Amqp.Tests.Migration;

/// <summary>Messages that the target refuses stay at the source, and are named.</summary>
public sealed class MigrateRefusalTests
{
    [Test]
    public async Task A_full_queue_that_rejects_publishes_keeps_the_rest_at_the_source()
    {
        await using var pair = await MigrationPair.StartAsync();
        await pair.Here.DeclareAsync("q");
        await pair.There.DeclareAsync("q", FieldTable.Empty
            .With("x-max-length", FieldValue.FromInt32(10)).With("x-overflow", FieldValue.FromString("reject-publish")));
        string[] sent = await pair.Here.FillAsync("q", TestMessages.Of("q", 0, 200));

        var (code, json) = await pair.RunForJsonAsync("--messages", "--prefetch", "20");

        JsonElement queue = json.GetProperty("report").GetProperty("queues")[0];
        Assert.That(code, Is.EqualTo(75));
        Assert.That(queue.GetProperty("comparison").GetString(), Does.StartWith("the target refuses messages (basic.nack)"));
        Assert.That(queue.GetProperty("refused").GetInt64(), Is.Positive);
        string[] there = await pair.There.DrainAsync("q"), here = await pair.Here.DrainAsync("q");
        Assert.That(there, Is.EqualTo(sent[..there.Length]));
        Assert.That(here, Is.EqualTo(sent[there.Length..]));
    }

    [Test]
    public async Task A_queue_that_the_target_lacks_is_named()
    {
        await using var pair = await MigrationPair.StartAsync();
        await pair.Here.DeclareAsync("q");
        await pair.Here.FillAsync("q", TestMessages.Of("q", 0, 3));

        var (code, json) = await pair.RunForJsonAsync("--messages");

        JsonElement queue = json.GetProperty("report").GetProperty("queues")[0];
        Assert.That(
            (code, queue.GetProperty("left_ready").GetInt64(), queue.GetProperty("comparison").GetString()),
            Is.EqualTo((75, 3, "the target has no such queue. Move its definition too, or declare it")));
    }

    [Test]
    public async Task A_user_id_that_the_target_would_refuse_stays_and_all_other_messages_move()
    {
        await using var pair = await MigrationPair.StartAsync();
        await pair.Here.DeclareAsync("q");
        await using (var shop = await UserAsync(pair))
            await shop.FillAsync("q", [(TestMessages.Encode(new BasicProperties { UserId = "shop" }), [1])]);
        await pair.Here.FillAsync("q", TestMessages.Of("q", 0, 20));

        var (code, json) = await pair.RunForJsonAsync();

        JsonElement queue = json.GetProperty("report").GetProperty("queues")[0];
        Assert.That(MigrateMessageTests.Notes(json), Does.Contain("user_id"));
        Assert.That(
            (code, queue.GetProperty("moved").GetInt64(), queue.GetProperty("refused").GetInt64(),
                queue.GetProperty("left_ready").GetInt64()),
            Is.EqualTo((75, 20, 1, 1)));
        Assert.That(queue.GetProperty("comparison").GetString(), Does.Contain("its user-id is 'shop'"));
    }

    [Test]
    public async Task A_message_that_is_too_large_for_the_target_stays_and_all_other_messages_move()
    {
        await using var pair = await MigrationPair.StartAsync("max_message_size = 1000");
        await pair.Here.DeclareAsync("q");
        byte[] none = TestMessages.Encode(new BasicProperties());
        await pair.Here.FillAsync("q", Enumerable.Range(0, 50).Select(i => (none, i == 20 ? new byte[2000] : [(byte)i])));

        var (code, json) = await pair.RunForJsonAsync();

        JsonElement queue = json.GetProperty("report").GetProperty("queues")[0];
        Assert.That(
            (code, queue.GetProperty("refused").GetInt64(), queue.GetProperty("left_ready").GetInt64()), Is.EqualTo((75, 1, 1)));
        Assert.That(queue.GetProperty("comparison").GetString(), Does.Contain("larger than configured max size 1000"));
        Assert.That((await pair.There.DrainAsync("q")).Distinct().Count(), Is.EqualTo(49));
    }

    /// <summary>Adds a user to the source, and connects as it.</summary>
    private static async Task<TestEnd> UserAsync(MigrationPair pair)
    {
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String("guest:guest"u8));
        string api = $"http://127.0.0.1:{pair.Source.ManagementPort}/api";
        foreach (var (path, body) in new[]
        {
            ("users/shop", """{"password":"secret","tags":""}"""),
            ("permissions/%2F/shop", """{"configure":".*","write":".*","read":".*"}"""),
        })
        {
            using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
            Assert.That((await http.PutAsync($"{api}/{path}", content)).IsSuccessStatusCode);
        }
        return await TestEnd.OpenAsync(pair.Source.Port, "shop:secret");
    }
}
