namespace Amqp.Server.Cli;

/// <summary>Exit codes of the process. Codes 64 to 78 are those of sysexits.h, which <c>rabbitmqctl</c> uses too.</summary>
internal static class ExitCode
{
    /// <summary>Success. For <c>serve</c>: the broker was stopped as requested.</summary>
    public const int Ok = 0;

    /// <summary>The command line cannot be parsed, the broker cannot start, or <c>store</c>, <c>bench</c> or <c>admin</c> failed.</summary>
    public const int Failure = 1;

    /// <summary><c>store verify</c> has found damage in the data directory.</summary>
    public const int Damaged = 1;

    /// <summary>
    /// An option or argument is invalid (<c>EX_USAGE</c>). For errors that the command-line parser finds, only <c>ctl</c> uses this
    /// code; other commands use 1.
    /// </summary>
    public const int Usage = 64;

    /// <summary>The broker refused the data of the request, or a file with the data is invalid (<c>EX_DATAERR</c>).</summary>
    public const int Refused = 65;

    /// <summary>The named queue, user or other resource does not exist (<c>EX_NOUSER</c>).</summary>
    public const int NotFound = 67;

    /// <summary>The broker cannot be reached, or cannot execute the request (<c>EX_UNAVAILABLE</c>).</summary>
    public const int Unavailable = 69;

    /// <summary>The broker failed internally (<c>EX_SOFTWARE</c>).</summary>
    public const int Software = 70;

    /// <summary>The broker did not respond in time, or <c>migrate</c> has left messages at the source (<c>EX_TEMPFAIL</c>).</summary>
    public const int TemporaryFailure = 75;

    /// <summary>The user lacks a permission, or cannot log in (<c>EX_NOPERM</c>).</summary>
    public const int NoPermission = 77;

    /// <summary>The user ended the command with Ctrl-C. Shells use the same exit code.</summary>
    public const int Interrupted = 130;

    /// <summary>The configuration has errors (<c>EX_CONFIG</c>).</summary>
    public const int Configuration = 78;
}
