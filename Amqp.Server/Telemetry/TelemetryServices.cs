using System.Runtime.CompilerServices;
using Amqp.Server.Configuration;

namespace Amqp.Server.Telemetry;

/// <summary>The only entry point of this folder. OpenTelemetry is loaded only if it is called.</summary>
internal static class TelemetryServices
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void AddTelemetry(this IServiceCollection services, TelemetryOptions options)
    {
        if (options.Traces)
            // otherwise the spans carry no attributes of the request
            AppContext.SetSwitch("Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData", false);
        services.AddHostedService<OtlpExport>();
    }
}
