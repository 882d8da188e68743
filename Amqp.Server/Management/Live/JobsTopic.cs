using Amqp.Server.Management.Http;
using Amqp.Server.Management.Resources;
using Amqp.Server.Management.Views;

namespace Amqp.Server.Management.Live;

/// <summary>The jobs that the user sees.</summary>
internal sealed class JobsTopic : ILiveTopic
{
    public string Name => "jobs";

    public Access Access => Access.Management;

    public ILiveFeed Open(ApiRequest request) => new ChangedValue(Name, (json, push) =>
    {
        json.WriteStartArray();
        foreach (var job in JobEndpoints.Visible(push.Request))
            JobView.Write(json, job);
        json.WriteEndArray();
    });
}
