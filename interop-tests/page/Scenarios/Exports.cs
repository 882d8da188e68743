using RabbitMQ.Client;

namespace Page.Scenarios;

/// <summary>A job that runs until it is cancelled: an export whose receiver does not read.</summary>
internal static class Exports
{
    private const int Messages = 30, Size = 1_000_000; // more than all buffers on the way hold

    public static async Task StallAsync(Stage stage)
    {
        await stage.QueueAsync();
        var connection = await stage.ConnectAsync();
        var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        byte[] body = new byte[Size];
        for (int i = 0; i < Messages; i++)
            await channel.BasicPublishAsync("", stage.Name, body);
        stage.Own(await stage.Api.OpenAsync(ApiClient.Path("queues", "/", stage.Name) + "/messages/export"));
        Assert.That(await ScenarioRun.EventuallyAsync(async () =>
        {
            foreach (var job in (await stage.Api.GetAsync("jobs")).EnumerateArray())
            {
                if (job.GetProperty("source").GetString() == stage.Name && job.GetProperty("state").GetString() == "running")
                    stage["job"] = job.GetProperty("id").ToString();
            }
            return stage.Has("job");
        }));
    }
}
