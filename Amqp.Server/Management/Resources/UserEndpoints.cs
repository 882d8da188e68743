using System.Text;
using System.Text.Json;
using Amqp.Protocol;
using Amqp.Server.Broker.Access;
using Amqp.Server.Broker.DefinitionFiles;
using Amqp.Server.Broker.Values;
using Amqp.Server.Management.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Amqp.Server.Management.Resources;

/// <summary>The resources of the HTTP API under <c>/api/users</c> and <c>/api/whoami</c>.</summary>
internal static class UserEndpoints
{
    public static ManagementApi MapUsers(this ManagementApi api) => api
        .Post("/login", Access.Anyone, LogInAsync)
        .Delete("/login", Access.Anyone, SessionEndpoints.End)
        .Get("/whoami", Access.Management, request => ApiReply.Json(json =>
        {
            json.WriteStartObject();
            json.WriteString("name", request.User.Name);
            json.WriteStrings("tags", request.User.Tags);
            json.WriteEndObject();
        }))
        .Get("/users", Access.Administrator, request => List(request, request.Broker.Users.All))
        .Get("/users/without-permissions", Access.Administrator, request =>
        {
            var known = request.Broker.Permissions.All.Select(permission => permission.User).ToHashSet();
            return List(request, request.Broker.Users.All.Where(user => !known.Contains(user.Name)));
        })
        .Post("/users/bulk-delete", Access.Administrator, DeleteMany)
        .Get("/users/{user}", Access.Administrator, request =>
        {
            var user = Demand(request);
            return ApiReply.Json(json => Write(json, request, user));
        })
        .Put("/users/{user}", Access.Administrator, request =>
            ApiReply.Put(Put(request, request.Name("user"), JsonFields.ReadTable(request.Json))))
        .Delete("/users/{user}", Access.Administrator, request => Delete(request, Demand(request).Name))
        .Get("/users/{user}/permissions", Access.Administrator, request =>
        {
            string name = Demand(request).Name;
            return PermissionEndpoints.List(request.Broker.Permissions.All.Where(permission => permission.User == name));
        })
        .Get("/users/{user}/topic-permissions", Access.Administrator, request =>
        {
            string name = Demand(request).Name;
            return PermissionEndpoints.List(request.Broker.Permissions.AllTopics.Where(permission => permission.User == name));
        });

    /// <summary>Checks a name and password from the login form of RabbitMQ's management UI. The reply sets a session cookie.</summary>
    private static async Task<ApiReply> LogInAsync(ApiRequest request)
    {
        var form = QueryHelpers.ParseQuery(Encoding.UTF8.GetString(request.RawBody.Span));
        string name = form.GetValueOrDefault("username").ToString(), password = form.GetValueOrDefault("password").ToString();
        SessionEndpoints.Begin(request, await ApiLogin.CheckAsync(request.Services, request.Http, name, password));
        return ApiReply.Json(json => json.WriteStringValue("ok"));
    }

    /// <summary>Creates or changes a user.</summary>
    /// <returns>True if the user is new.</returns>
    /// <exception cref="DefinitionException">A field is invalid.</exception>
    private static bool Put(ApiRequest request, string name, FieldTable fields)
    {
        bool isNew = request.Broker.Users.Find(name) is null;
        request.Broker.Users.Put(DefinitionReader.ReadUser(name, fields, request.Broker.Definitions.Passwords));
        return isNew;
    }

    private static ListReply<User> List(ApiRequest request, IEnumerable<User> users) =>
        new(users, user => user.Name, (json, user) => Write(json, request, user));

    private static void Write(Utf8JsonWriter json, ApiRequest request, User user) =>
        DefinitionWriter.Write(json, user, request.Broker.UserLimits.Of(user.Name));

    private static User Demand(ApiRequest request) => request.Broker.Users.Find(request.Name("user")) ?? throw ApiException.NotFound();

    private static ApiReply Delete(ApiRequest request, string name)
    {
        request.Broker.Users.Delete(name);
        return ApiReply.NoContent;
    }

    private static ApiReply DeleteMany(ApiRequest request)
    {
        request.DemandFields("users");
        var names = request.Field("users") is { Type: FieldType.Array } array
            ? array.AsArray().Select(name => name.ToString()).ToList()
            : throw ApiException.BadRequest("not_json");
        foreach (string name in names)
            if (request.Broker.Users.Find(name) is null)
                throw ApiException.BadRequest("no_such_user", name);
        foreach (string name in names)
            Delete(request, name);
        return ApiReply.NoContent;
    }
}
