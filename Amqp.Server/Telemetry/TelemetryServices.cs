using System.Runtime.CompilerServices;
using Amqp.Server.Configuration;

namespace Amqp.Server.Telemetry;

/// <summary>The one way into this folder: whoever does not call it does not load OpenTelemetry.</summary>
internal static class TelemetryServices
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void AddTelemetry(this IServiceCollection services, TelemetryOptions options)
    {
        if (options.Traces)
            AppContext.SetSwitch("Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData", false); // or its spans say nothing of the request
        services.AddHostedService<OtlpExport>();
    }
}
