using Amqp.Server.Management.Http;
using Amqp.Server.Management.Views;

namespace Amqp.Server.Management.Live;

/// <summary>The problems that the user sees, or those of the virtual host in the parameter <c>vhost</c>.</summary>
internal sealed class ProblemsTopic : ILiveTopic
{
    public string Name => "problems";

    public Access Access => Access.Management;

    public ILiveFeed Open(ApiRequest request)
    {
        string? host = request.Query("vhost") is { Length: > 0 } name ? name : null;
        return new ChangedValue(Name, (json, push) =>
        {
            json.WriteStartArray();
            foreach (var problem in VisibleProblems.Of(push.Request.Services, push.Request.User, host))
                ProblemView.Write(json, problem);
            json.WriteEndArray();
        });
    }
}
