using Amqp.Server.Management.Http;
using Amqp.Server.Management.Views;

namespace Amqp.Server.Management.Resources;

/// <summary>
/// The resource <c>/api/problems</c>: the states of the broker that an operator should know. RabbitMQ does not have this resource.
/// </summary>
/// <remarks>A user sees the problems of the virtual hosts that the user sees, and those of the node that the user's tag allows.</remarks>
internal static class ProblemEndpoints
{
    public static ManagementApi MapProblems(this ManagementApi api) => api
        .Get("/problems", Access.Management, request =>
            ApiReply.Array(VisibleProblems.Of(request.Services, request.User, VirtualHostOf(request)), ProblemView.Write));

    /// <summary>Returns the name of the virtual host that the query names; null if it names none.</summary>
    /// <exception cref="ApiException">404: the virtual host does not exist. 401: the user does not see it.</exception>
    private static string? VirtualHostOf(ApiRequest request)
    {
        if (request.Query("vhost") is not { } name)
            return null;
        var host = request.Broker.VirtualHosts.Find(name) ?? throw ApiException.NotFound();
        return request.User.CanSee(host) ? name : throw ApiException.NotAuthorized("User not authorised to access virtual host");
    }
}
