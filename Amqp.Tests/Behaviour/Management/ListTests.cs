namespace Amqp.Tests.Behaviour.Management;

public class ListTests : ApiTests
{
    [TestCase("page=1&page_size=2", """{"filtered_count":3,"item_count":2,"items":[{"name":"a1"},{"name":"a2"}],"page":1,"page_count":2,"page_size":2,"total_count":3}""")]
    [TestCase("page=2&page_size=2", """{"filtered_count":3,"item_count":1,"items":[{"name":"b1"}],"page":2,"page_count":2,"page_size":2,"total_count":3}""")]
    [TestCase("page=1&name=a", """{"filtered_count":2,"item_count":2,"items":[{"name":"a1"},{"name":"a2"}],"page":1,"page_count":1,"page_size":100,"total_count":3}""")]
    [TestCase("page=1&name=%5Eb%7C2&use_regex=true", """{"filtered_count":2,"item_count":2,"items":[{"name":"a2"},{"name":"b1"}],"page":1,"page_count":1,"page_size":100,"total_count":3}""")]
    [TestCase("page=1&name=%5EB%7CA2%24&use_regex=true", """{"filtered_count":2,"item_count":2,"items":[{"name":"a2"},{"name":"b1"}],"page":1,"page_count":1,"page_size":100,"total_count":3}""")]
    [TestCase("page=1&name=B1", """{"filtered_count":1,"item_count":1,"items":[{"name":"b1"}],"page":1,"page_count":1,"page_size":100,"total_count":3}""")]
    [TestCase("sort=name&sort_reverse=true", """[{"name":"b1"},{"name":"a2"},{"name":"a1"}]""")]
    [TestCase("sort=arguments.x-expires", """[{"name":"b1"},{"name":"a2"},{"name":"a1"}]""")]
    [TestCase("sort=nothere", """[{"name":"a1"},{"name":"a2"},{"name":"b1"}]""")]
    [TestCase("name=a", """[{"name":"a1"},{"name":"a2"},{"name":"b1"}]""")]
    public async Task A_list_comes_as_it_was_asked_for(string query, string expected)
    {
        string host = await NewHostWithQueuesAsync();

        Assert.That((await GetAsync($"/queues/{host}?{query}&columns=name")).Body, Is.EqualTo(expected));
    }

    [TestCase("page=5&page_size=2", "page_out_of_range", "Page out of range, page: 5 page size: 2, len: 3")]
    [TestCase("page=0", "invalid_pagination_parameters", "Invalid pagination parameters: page number 0, page size undefined")]
    [TestCase("page=1&page_size=501", "invalid_pagination_parameters", "Invalid pagination parameters: page number 1, page size 501")]
    [TestCase("page=x", "bad_request", "Pagination parameters are invalid")]
    [TestCase("page=1&name=%28&use_regex=true", "bad_request", "Pagination parameters are invalid")]
    public async Task A_page_that_cannot_be_is_refused(string query, string error, string reason)
    {
        string host = await NewHostWithQueuesAsync();

        var answer = await GetAsync($"/queues/{host}?{query}");

        Assert.That((answer.Code, answer.Json.GetProperty("error").GetString(), answer.Reason), Is.EqualTo((400, error, reason)));
    }

    [Test]
    public async Task Columns_reach_into_objects()
    {
        string host = await NewHostWithQueuesAsync();

        Assert.That((await GetAsync($"/queues/{host}/a1?columns=arguments.x-expires")).Body, Is.EqualTo("""{"arguments":{"x-expires":9000000}}"""));
    }

    private async Task<string> NewHostWithQueuesAsync()
    {
        string host = await NewVirtualHostAsync();
        await PutAsync($"/queues/{host}/a1", """{"arguments":{"x-expires":9000000}}""");
        await PutAsync($"/queues/{host}/b1", """{"arguments":{"x-expires":7000000}}""");
        await PutAsync($"/queues/{host}/a2", """{"arguments":{"x-expires":8000000}}""");
        return host;
    }
}
