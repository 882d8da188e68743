using System.IO.Compression;
using System.Net.Mime;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.Extensions.Options;

namespace Amqp.Server.Management.Http;

/// <summary>Compresses JSON replies for clients that accept it, such as browsers.</summary>
/// <remarks>Live streams are not compressed, because each event must leave the broker at once.</remarks>
internal static class ReplyCompression
{
    public static void AddReplyCompression(this IServiceCollection services)
    {
        services.AddResponseCompression(options =>
        {
            // The secrets that a compressed reply could betray over TLS, tokens of sessions, are never in the body of a reply.
            options.EnableForHttps = true;
            options.MimeTypes = [MediaTypeNames.Application.Json];
            options.Providers.Add(new BrotliCompressionProvider(
                Options.Create(new BrotliCompressionProviderOptions { Level = CompressionLevel.Fastest })));
            options.Providers.Add(new GzipCompressionProvider(
                Options.Create(new GzipCompressionProviderOptions { Level = CompressionLevel.Fastest })));
        });
        services.AddSingleton<IResponseCompressionProvider, LongReplies>();
    }

    /// <summary>Leaves short replies as they are: they fit into one packet anyway.</summary>
    private sealed class LongReplies(IServiceProvider services, IOptions<ResponseCompressionOptions> options)
        : ResponseCompressionProvider(services, options)
    {
        private const int ShortLength = 1_000;

        public override bool ShouldCompressResponse(HttpContext context) =>
            !(context.Response.ContentLength < ShortLength) && base.ShouldCompressResponse(context);
    }
}
