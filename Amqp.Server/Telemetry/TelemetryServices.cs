using System.Runtime.CompilerServices;
using Amqp.Server.Configuration;

namespace Amqp.Server.Telemetry;

/// <summary>Only this class calls code that uses OpenTelemetry, so OpenTelemetry is loaded only if telemetry is configured.</summary>
internal static class TelemetryServices
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void AddTelemetry(this IServiceCollection services, TelemetryOptions options)
    {
        if (options.Traces)
            // With the default value, true, the spans would not have the attributes of the request.
            AppContext.SetSwitch("Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData", false);
        services.AddHostedService<OtlpExport>();
    }
}
