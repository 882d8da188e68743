using System.Globalization;
using Amqp.Server.Broker.Jobs;
using Amqp.Server.Management.Http;
using Amqp.Server.Management.Views;

namespace Amqp.Server.Management.Resources;

/// <summary>The resources of the HTTP API under <c>/api/jobs</c>. RabbitMQ does not have these resources.</summary>
/// <remarks>
/// A user sees the jobs of the virtual hosts that the user sees. Only the user who started a job and administrators cancel it.
/// </remarks>
internal static class JobEndpoints
{
    public static ManagementApi MapJobs(this ManagementApi api) => api
        .Get("/jobs", Access.Management, List)
        .Get("/jobs/{job}", Access.Management, request =>
        {
            var job = Demand(request);
            return ApiReply.Json(json => JobView.Write(json, job));
        })
        .Delete("/jobs/{job}", Access.Management, Cancel);

    /// <summary>Returns the jobs that the user sees, the newest first.</summary>
    public static IEnumerable<Job> Visible(ApiRequest request) => request.Broker.Jobs.All.Where(job => CanSee(request, job));

    private static ListReply<Job> List(ApiRequest request) =>
        new(Visible(request), job => job.Id.ToString(CultureInfo.InvariantCulture), JobView.Write);

    private static ApiReply Cancel(ApiRequest request)
    {
        var job = Demand(request);
        if (!request.User.IsAdministrator && request.User.Name != job.Plan.User)
            throw ApiException.NotAuthorized("Only an administrator cancels a job of another user.");
        job.Cancel();
        return ApiReply.NoContent;
    }

    private static Job Demand(ApiRequest request) =>
        long.TryParse(request.Name("job"), NumberStyles.None, CultureInfo.InvariantCulture, out long id)
            && request.Broker.Jobs.Find(id) is { } job
            && CanSee(request, job)
            ? job
            : throw ApiException.NotFound();

    private static bool CanSee(ApiRequest request, Job job) =>
        request.User.IsMonitoring
            || (request.Broker.VirtualHosts.Find(job.Plan.VirtualHost) is { } host && request.User.CanSee(host));
}
