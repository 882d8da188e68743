using Amqp.Server.Management.Http;

namespace Amqp.Server.Management.Live;

/// <summary>A topic that a page may request, although the broker has no messages about it.</summary>
internal sealed class SilentTopic(string name) : ILiveTopic, ILiveFeed
{
    public string Name => name;

    public Access Access => Access.Management;

    public ILiveFeed Open(ApiRequest request) => this;

    public void Write(LivePush push)
    {
    }
}
