using System.Runtime.CompilerServices;

namespace Amqp.Server.Telemetry;

/// <summary>The one way into this folder: whoever does not call it does not load OpenTelemetry.</summary>
internal static class TelemetryServices
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void AddTelemetry(this IServiceCollection services)
    {
        services.AddSingleton<BrokerMeter>();
        services.AddHostedService<OtlpExport>();
    }
}
