namespace Amqp.Server.Cli.Ctl;

/// <summary>Thrown with <c>--dry-run</c>, to end a verb before its first change.</summary>
internal sealed class DryRunException : Exception;
