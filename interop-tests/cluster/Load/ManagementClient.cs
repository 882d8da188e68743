using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Cluster.Load;

/// <summary>Asks the HTTP API of any node.</summary>
internal sealed class ManagementClient : IDisposable
{
    private readonly HttpClient _http = new(
        new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(1), PooledConnectionLifetime = TimeSpan.Zero })
    {
        Timeout = TimeSpan.FromSeconds(3),
    };

    public ManagementClient() => _http.DefaultRequestHeaders.Authorization =
        new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes("guest:guest")));

    /// <summary>Puts an object.</summary>
    /// <returns>True if it was answered that it exists now.</returns>
    /// <exception cref="HttpRequestException">There was no answer.</exception>
    /// <exception cref="OperationCanceledException">There was no answer in time.</exception>
    public async Task<HttpStatusCode> PutAsync(string address, string path, object body)
    {
        using HttpResponseMessage response = await _http.PutAsJsonAsync(Url(address, path), body);
        return response.StatusCode;
    }

    /// <summary>Deletes an object, and returns the status of the answer.</summary>
    /// <inheritdoc cref="PutAsync" path="/exception"/>
    public async Task<HttpStatusCode> DeleteAsync(string address, string path)
    {
        using HttpResponseMessage response = await _http.DeleteAsync(Url(address, path));
        return response.StatusCode;
    }

    /// <summary>Reads a list of objects.</summary>
    /// <inheritdoc cref="PutAsync" path="/exception"/>
    public async Task<IReadOnlyList<JsonElement>> ListAsync(string address, string path) =>
        await _http.GetFromJsonAsync<JsonElement[]>(Url(address, path)) ?? [];

    /// <summary>Reads an object.</summary>
    /// <inheritdoc cref="PutAsync" path="/exception"/>
    public Task<JsonElement> GetAsync(string address, string path) => _http.GetFromJsonAsync<JsonElement>(Url(address, path));

    public void Dispose() => _http.Dispose();

    private static string Url(string address, string path) => $"http://{address}:{Nodes.ClusterUnderTest.ManagementPort}/api/{path}";
}
